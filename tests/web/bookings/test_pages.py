"""The host's bookings: the list, a single booking, cancelling, moving, sending mails again."""

import json
import re
import uuid
from datetime import timedelta

import pytest

from tests.builders import Build, tomorrow
from tests.web.desk import Desk
from tests.web.pages import errors_of
from webapp.core.db import transaction
from webapp.domain.actor import host_actor
from webapp.services.bookings import bookings
from webapp.services.bookings.view import BookingView
from webapp.services.mail.digests import HELD
from webapp.services.mail.dispatch import dispatch_events
from webapp.services.mail.limits import TOO_MANY_GUESTS
from webapp.services.mail.merging import MERGED

WHICH = ("upcoming", "past", "cancelled")


@pytest.fixture
def booking(desk: Desk, build: Build) -> BookingView:
    slot = build.slot(desk.host_id, tomorrow(10))
    return build.booking(slot, name="Gita Guest", subject="Roof", notes="Two\nlines", time_zone="Asia/Kolkata")


def status(build: Build, booking: BookingView) -> str:
    return str(build.row("SELECT status FROM booking WHERE uid = :uid", uid=booking.uid)[0])


def cancel(build: Build, booking: BookingView) -> None:
    with build.app.app_context():
        bookings.cancel(booking.uid, actor=host_actor(booking.host_id))


def deliveries(build: Build) -> list[int]:
    with build.app.app_context(), transaction() as session:
        dispatch_events(session)
    return [row.id for row in build.rows("SELECT id FROM delivery ORDER BY id")]


def set_dead(build: Build, delivery_id: int) -> None:
    build.row(
        "UPDATE delivery SET status = 'dead', attempts = 8, last_error = '550 No such user'"
        " WHERE id = :id RETURNING id",
        id=delivery_id,
    )


class TestList:
    def test_each_booking_is_in_one_list(self, desk: Desk, build: Build) -> None:
        ahead, gone = build.slots(desk.host_id, [tomorrow(8), tomorrow(12)])
        build.booking(ahead, name="Still To Come")
        cancel(build, build.booking(gone, name="Called Off"))
        shown = {which: desk.open(f"/bookings?which={which}").text for which in WHICH}
        assert [which for which in WHICH if "Still To Come" in shown[which]] == ["upcoming"]
        assert [which for which in WHICH if "Called Off" in shown[which]] == ["cancelled"]

    @pytest.mark.parametrize("which", WHICH)
    def test_an_empty_list_says_so(self, desk: Desk, which: str) -> None:
        assert 'class="empty"' in desk.open(f"/bookings?which={which}").text

    @pytest.mark.parametrize(
        "query", ["which=all", "page=0", "page=-1", "page=x", "page=99999999999999999999", "page=7", "q=%25"]
    )
    def test_what_makes_no_sense_is_a_page_all_the_same(self, desk: Desk, booking: BookingView, query: str) -> None:
        assert desk.open(f"/bookings?{query}").status_code == 200

    @pytest.mark.parametrize(
        ("words", "is_found"), [("gita", True), ("ROOF", True), ("example.net", True), ("%", False), ("nobody", False)]
    )
    def test_searching(self, desk: Desk, booking: BookingView, words: str, is_found: bool) -> None:
        page = desk.client.get("/bookings", query_string={"q": words}, headers={"HX-Request": "true"}).text
        assert page.strip().startswith('<div id="bookings"')
        assert ("Gita Guest" in page) is is_found

    @pytest.mark.parametrize(
        "words", ["Jose\u0301 A\u0301", "\u200bJosé", "JOSÉ Á", "\ufeffjosé.á@example.net\u00a0", "\u202aroof\u202c"]
    )
    def test_searching_for_what_was_typed_or_pasted_another_way(self, desk: Desk, build: Build, words: str) -> None:
        slot = build.slot(desk.host_id, tomorrow(10))
        build.booking(slot, name="José Álvarez", email="josé.á@example.net", subject="Roof")
        page = desk.client.get("/bookings", query_string={"q": words})
        assert page.status_code == 200
        assert "José Álvarez" in page.text

    def test_pages_of_25_in_few_queries(self, desk: Desk, build: Build) -> None:
        starts = [tomorrow(6) + timedelta(minutes=30 * number) for number in range(27)]
        for number, slot in enumerate(build.slots(desk.host_id, starts)):
            build.booking(slot, name=f"Guest {number:02}")
        first, second = desk.open("/bookings").text, desk.open("/bookings?page=2").text
        assert [first.count("booking-row-text"), second.count("booking-row-text")] == [25, 2]
        assert "Guest 26" in second
        assert 'rel="next"' in first
        assert 'rel="prev"' in second
        assert desk.queries("/bookings") <= 8

    def test_another_host_finds_nothing(self, other_desk: Desk, booking: BookingView) -> None:
        assert "Gita Guest" not in other_desk.open("/bookings?q=gita").text

    def test_a_mail_that_was_given_up_is_seen(self, desk: Desk, booking: BookingView, build: Build) -> None:
        set_dead(build, deliveries(build)[0])
        assert "Mail not delivered" in desk.open("/bookings").text


class TestOne:
    def test_it_tells_who_what_and_when_in_both_zones(self, desk: Desk, booking: BookingView) -> None:
        page = desk.open(f"/bookings/{booking.uid}").text
        for text in ("Gita Guest", "Roof", "Two\nlines", booking.guest_email, "(Berlin)", "For the guest:"):
            assert text in page
        assert "Kolkata" in page

    def test_a_letter_to_the_guest_goes_to_nobody_else(self, desk: Desk, build: Build) -> None:
        booked = build.booking(build.slot(desk.host_id, tomorrow(10)), email="o'hara?cc=100%25@example.net")
        page = desk.open(f"/bookings/{booked.uid}").text
        assert 'href="mailto:o&#39;hara%3Fcc=100%2525@example.net"' in page

    @pytest.mark.parametrize(
        ("status", "reason", "words"),
        [
            ("skipped", MERGED, "one mail tells both"),
            ("skipped", HELD, "Too many mails to this address"),
            ("waiting", TOO_MANY_GUESTS, "This mail waits for its turn"),
        ],
    )
    def test_it_says_why_a_limit_kept_a_mail(
        self, desk: Desk, booking: BookingView, build: Build, status: str, reason: str, words: str
    ) -> None:
        change = "UPDATE delivery SET status = :status, last_error = :reason WHERE id = :id RETURNING id"
        build.rows(change, status=status, reason=reason, id=deliveries(build)[0])
        assert words in desk.open(f"/bookings/{booking.uid}").text

    def test_as_a_panel_and_in_few_queries(self, desk: Desk, booking: BookingView, build: Build) -> None:
        deliveries(build)
        fragment = desk.open(f"/bookings/{booking.uid}", htmx=True)
        assert fragment.text.strip().startswith('<aside id="panel"')
        assert "data-focus" in fragment.text
        assert desk.queries(f"/bookings/{booking.uid}") <= 8
        assert desk.queries(f"/bookings/{booking.uid}/move") <= 8
        assert desk.queries(f"/bookings/{booking.uid}/cancel") <= 8

    def test_to_another_host_it_is_as_if_it_were_not_there(
        self, other_desk: Desk, booking: BookingView, build: Build
    ) -> None:
        delivery = deliveries(build)[0]
        for uid in (booking.uid, uuid.uuid4()):
            for page in ("", "/cancel", "/move"):
                assert other_desk.open(f"/bookings/{uid}{page}").status_code == 404
            assert other_desk.post(f"/bookings/{uid}/cancel", sure="y").status_code == 404
            assert other_desk.post(f"/bookings/{uid}/move", start="2027-05-04T10:00:00Z").status_code == 404
            assert other_desk.post(f"/bookings/{uid}/mails/{delivery}/again").status_code == 404
        assert status(build, booking) == "confirmed"


class TestMails:
    def test_each_state_has_its_word(self, desk: Desk, booking: BookingView, build: Build) -> None:
        page = f"/bookings/{booking.uid}"
        assert "On their way." in desk.open(page).text
        guest, host, *reminders = deliveries(build)
        assert desk.open(page).text.count("Waiting") == 2
        text = desk.open(page).text
        assert text.count("Planned") == len(reminders) >= 2
        assert "Reminder, 1 hour before" in text
        build.row("UPDATE delivery SET status = 'sent', sent_at = now() WHERE id = :id RETURNING id", id=guest)
        build.row("UPDATE delivery SET attempts = 1, last_error = 'refused' WHERE id = :id RETURNING id", id=host)
        text = desk.open(page).text
        for word in ("Sent", "Will be tried again", "refused", "next try:"):
            assert word in text
        assert "Send again" not in text

    @pytest.mark.parametrize("htmx", [False, True])
    def test_one_that_was_given_up_can_be_sent_again(
        self, desk: Desk, booking: BookingView, build: Build, htmx: bool
    ) -> None:
        dead = deliveries(build)[0]
        set_dead(build, dead)
        assert "550 No such user" in desk.open(f"/bookings/{booking.uid}").text
        answer = desk.post(f"/bookings/{booking.uid}/mails/{dead}/again", htmx=htmx)
        assert answer.status_code == (200 if htmx else 303)
        assert tuple(build.row("SELECT status, attempts FROM delivery WHERE id = :id", id=dead)) == ("waiting", 0)

    def test_one_that_is_not_dead_or_not_of_this_booking_is_not_there(
        self, desk: Desk, booking: BookingView, build: Build
    ) -> None:
        other = build.booking(build.slot(desk.host_id, tomorrow(15)))
        ids = deliveries(build)
        set_dead(build, ids[0])
        assert desk.post(f"/bookings/{booking.uid}/mails/{ids[1]}/again").status_code == 404
        assert desk.post(f"/bookings/{other.uid}/mails/{ids[0]}/again").status_code == 404


class TestCancelling:
    def test_opening_the_page_cancels_nothing(self, desk: Desk, booking: BookingView, build: Build) -> None:
        assert desk.open(f"/bookings/{booking.uid}/cancel").status_code == 200
        assert status(build, booking) == "confirmed"

    @pytest.mark.parametrize("htmx", [False, True])
    def test_without_the_tick_nothing_happens(self, desk: Desk, booking: BookingView, build: Build, htmx: bool) -> None:
        answer = desk.post(f"/bookings/{booking.uid}/cancel", htmx=htmx, reason="Ill")
        assert answer.status_code == 422
        assert "Tick this" in errors_of(answer)
        assert "Ill" in answer.text
        assert status(build, booking) == "confirmed"

    def test_a_reason_without_end_is_refused(self, desk: Desk, booking: BookingView, build: Build) -> None:
        answer = desk.post(f"/bookings/{booking.uid}/cancel", sure="y", reason="x" * 501)
        assert (answer.status_code, status(build, booking)) == (422, "confirmed")

    def test_without_script(self, desk: Desk, booking: BookingView, build: Build) -> None:
        answer = desk.post(f"/bookings/{booking.uid}/cancel", sure="y", reason="Ill")
        assert (answer.status_code, answer.location) == (303, f"/bookings/{booking.uid}")
        page = desk.open(answer.location).text
        for text in ("Cancelled", "by you", "Ill"):
            assert text in page
        assert status(build, booking) == "cancelled"
        assert build.row("SELECT status FROM slot")[0] == "available"

    def test_with_htmx_the_calendar_is_told(self, desk: Desk, booking: BookingView) -> None:
        answer = desk.post(f"/bookings/{booking.uid}/cancel", htmx=True, sure="y")
        assert answer.status_code == 200
        assert json.loads(answer.headers["HX-Trigger"]) == {"calendar-changed": None}
        assert answer.text.strip().startswith('<aside id="panel"')

    def test_twice_is_a_conflict_and_tells_nobody_twice(self, desk: Desk, booking: BookingView, build: Build) -> None:
        cancel(build, booking)
        answer = desk.post(f"/bookings/{booking.uid}/cancel", sure="y")
        assert answer.status_code == 409
        assert "not possible any more" in answer.text
        assert build.row("SELECT count(*) FROM outbox_event WHERE kind = 'booking.cancelled'")[0] == 1


class TestMoving:
    def test_free_times_of_its_event_type_are_offered_by_day(
        self, desk: Desk, booking: BookingView, build: Build
    ) -> None:
        build.slots(desk.host_id, [tomorrow(14), tomorrow(9, days=3)])
        build.slot(desk.host_id, tomorrow(9, days=4), 60)
        page = desk.open(f"/bookings/{booking.uid}/move").text
        assert page.count("<legend>") == 2
        assert page.count('type="radio" name="start"') == 2

    @pytest.mark.parametrize("htmx", [False, True])
    def test_to_another_time(self, desk: Desk, booking: BookingView, build: Build, htmx: bool) -> None:
        new = build.slot(desk.host_id, tomorrow(14))
        page = desk.open(f"/bookings/{booking.uid}/move").text
        start = re.search(r'type="radio" name="start" value="([^"]+)"', page)
        assert start
        answer = desk.post(f"/bookings/{booking.uid}/move", htmx=htmx, start=start[1])
        assert answer.status_code == (200 if htmx else 303)
        row = build.row("SELECT s.starts_at, b.version FROM booking b JOIN slot s ON s.id = b.slot_id")
        assert tuple(row) == (new.start, 1)

    def test_taken_meanwhile_shows_fresh_times(self, desk: Desk, booking: BookingView, build: Build) -> None:
        taken, free = build.slots(desk.host_id, [tomorrow(14), tomorrow(16)])
        build.booking(taken)
        answer = desk.post(f"/bookings/{booking.uid}/move", htmx=True, start=taken.start.strftime("%Y-%m-%dT%H:%M:%SZ"))
        assert answer.status_code == 409
        assert "not free any more" in answer.text
        assert free.start.strftime("%Y-%m-%dT%H:%M:%SZ") in answer.text
        assert taken.start.strftime("%Y-%m-%dT%H:%M:%SZ") not in answer.text

    @pytest.mark.parametrize("start", ["", "soon", "9999-12-31T00:00:00Z"])
    def test_no_time_is_invalid(self, desk: Desk, booking: BookingView, start: str) -> None:
        answer = desk.post(f"/bookings/{booking.uid}/move", start=start)
        assert answer.status_code == 422
        assert "Choose one of these times." in errors_of(answer) or "No other time is free" in answer.text

    def test_a_cancelled_one_cannot_be_moved(self, desk: Desk, booking: BookingView, build: Build) -> None:
        new = build.slot(desk.host_id, tomorrow(14))
        cancel(build, booking)
        answer = desk.post(f"/bookings/{booking.uid}/move", start=new.start.strftime("%Y-%m-%dT%H:%M:%SZ"))
        assert answer.status_code == 409
        assert "not possible any more" in answer.text

    def test_later_times_are_a_page_on(self, desk: Desk, booking: BookingView, build: Build) -> None:
        build.slots(desk.host_id, [tomorrow(14, days=ahead) for ahead in range(1, 10)])
        page = desk.open(f"/bookings/{booking.uid}/move").text
        later = re.search(r'href="([^"]+from=[^"]+)"', page)
        assert later
        assert page.count("<legend>") == 7
        assert desk.open(later[1]).text.count("<legend>") == 2


class TestDeciding:
    @pytest.fixture
    def waiting(self, desk: Desk, build: Build) -> BookingView:
        build.event_type(desk.host_id, "30min", requires_confirmation=True)
        return build.booking(build.slot(desk.host_id, tomorrow(10, days=2)), name="Gita Guest")

    def test_accepting(self, desk: Desk, waiting: BookingView, build: Build) -> None:
        assert "Accept" in desk.open(f"/bookings/{waiting.uid}").text
        assert desk.post(f"/bookings/{waiting.uid}/accept").status_code == 303
        assert status(build, waiting) == "confirmed"
        assert desk.post(f"/bookings/{waiting.uid}/accept").status_code == 409

    def test_declining_asks_first(self, desk: Desk, waiting: BookingView, build: Build) -> None:
        assert desk.open(f"/bookings/{waiting.uid}/decline").status_code == 200
        assert status(build, waiting) == "pending"
        assert desk.post(f"/bookings/{waiting.uid}/decline", htmx=True, reason="Away").status_code == 200
        assert status(build, waiting) == "declined"
        assert desk.post(f"/bookings/{waiting.uid}/decline").status_code == 409

    def test_another_host_decides_nothing(self, other_desk: Desk, waiting: BookingView, build: Build) -> None:
        for what in ("accept", "decline"):
            assert other_desk.post(f"/bookings/{waiting.uid}/{what}").status_code == 404
        assert status(build, waiting) == "pending"
