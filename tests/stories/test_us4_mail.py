"""US4. Given a booking or a cancellation that succeeded, both host and guest receive a confirmation e-mail, sent
asynchronously."""

from collections.abc import Callable
from email.message import EmailMessage

import icalendar

from tests.builders import Build, tomorrow
from tests.live import Live, Person, link_in


def invitation(mail: EmailMessage) -> tuple[str, icalendar.Event]:
    """(METHOD, VEVENT) of the calendar part, which stands last among the alternatives and again as a file."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    inline = parts[0]
    calendar = icalendar.Calendar.from_ical(inline.get_payload(decode=True))
    assert str(calendar["METHOD"]) == inline.get_param("method")
    attached = [part for part in mail.iter_attachments() if part.get_filename() == "invite.ics"]
    assert attached[0].get_payload(decode=True) == inline.get_payload(decode=True)
    return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]


def test_both_get_a_confirmation_with_an_invitation(host: int, live: Live, build: Build) -> None:
    # Given a booking that succeeded
    booking = build.booking(build.slot(host, tomorrow(10)), email="gita@example.net", time_zone="Asia/Tokyo")
    # then host and guest receive a mail, each in their own zone
    to_guest, to_host = live.mails_to("gita@example.net")[0], live.mails_to("ada@example.org")[0]
    for mail, zone in ((to_guest, "Tokyo"), (to_host, "Berlin")):
        body = mail.get_body(("plain",))
        assert body is not None
        assert zone in body.get_content()
        assert mail["Auto-Submitted"] == "auto-generated"
        method, event = invitation(mail)
        assert (method, str(event["UID"]).split("@")[0], event["SEQUENCE"]) == ("REQUEST", str(booking.uid), 0)
        assert event["DTSTART"].dt == booking.start
    # and only the guest's holds the manage link
    assert link_in(to_guest, "/manage/")
    host_body = to_host.get_body(("plain",))
    assert host_body is not None
    assert "/manage/" not in host_body.get_content()


def test_a_cancellation_takes_the_meeting_out_of_both_calendars(
    host: int, live: Live, person: Callable[[], Person], build: Build
) -> None:
    booking = build.booking(build.slot(host, tomorrow(10)), email="gita@example.net")
    manage = link_in(live.mails_to("gita@example.net")[0], "/manage/")
    person().submit(f"{manage}/cancel", action="/cancel", sure="y")
    for address in ("gita@example.net", "ada@example.org"):
        method, event = invitation(live.mails_to(address, count=2)[1])
        assert (method, str(event["STATUS"]), event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
        assert str(event["UID"]).startswith(str(booking.uid))


def test_a_move_updates_the_meeting_in_both_calendars(
    host: int, live: Live, person: Callable[[], Person], build: Build
) -> None:
    old, new = build.slots(host, [tomorrow(10), tomorrow(14)])
    build.booking(old, email="gita@example.net")
    manage = link_in(live.mails_to("gita@example.net")[0], "/manage/")
    start = f"{new.start:%Y-%m-%dT%H:%M:%SZ}"
    person().submit(f"{manage}/reschedule/confirm?start={start}", action="/reschedule")
    for address in ("gita@example.net", "ada@example.org"):
        method, event = invitation(live.mails_to(address, count=2)[1])
        assert (method, event["SEQUENCE"], event["DTSTART"].dt) == ("REQUEST", 1, new.start)


def test_the_state_of_each_mail_is_shown_to_the_host(
    host: int, live: Live, person: Callable[[], Person], build: Build
) -> None:
    booking = build.booking(build.slot(host, tomorrow(10)), email="gita@example.net")
    live.mails_to("gita@example.net")
    live.mails_to("ada@example.org")
    ada = person()
    ada.log_in("ada@example.org")
    for _ in range(50):
        states = build.rows("SELECT status FROM delivery WHERE kind LIKE 'booking.%'")
        if {row.status for row in states} == {"sent"}:
            break
    assert len(states) == 2
    assert "ent" in ada.open(f"/bookings/{booking.uid}").text
