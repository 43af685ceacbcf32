"""US3. Given a booking, when the host or the guest cancels, the booking is gone from every calendar, list and feed
(its record stays as `cancelled`) and the slot is `available` again."""

from collections.abc import Callable

from tests.builders import Build, tomorrow
from tests.live import Live, Person, link_in

START = tomorrow(10)
DAY = f"{START:%Y-%m-%d}"


def assert_gone(build: Build, ada: Person, stranger: Person, by: str) -> None:
    """The record stays, the slot is available, and no calendar or list shows the booking."""
    row = build.row(
        "SELECT b.status, b.cancelled_by, s.status AS slot, s.seats_taken"
        " FROM booking b JOIN slot s ON s.id = b.slot_id"
    )
    assert tuple(row) == ("cancelled", by, "available", 0)
    assert build.rows("SELECT * FROM claim") == []
    for page in (f"/calendar?on={DAY}", f"/calendar?view=agenda&on={DAY}", "/bookings", "/bookings?which=past"):
        assert "Gita Guest" not in ada.open(page).text
    assert "Gita Guest" in ada.open("/bookings?which=cancelled").text
    assert "/book?" in stranger.open(f"/ada/30min?zone=Europe/Lisbon&month={DAY[:7]}&day={DAY}").text


def test_the_guest_cancels_by_the_link_in_the_mail(
    host: int, live: Live, person: Callable[[], Person], build: Build
) -> None:
    # Given a booking, and a host who sees it
    build.booking(build.slot(host, START), email="gita@example.net")
    ada = person()
    ada.log_in("ada@example.org")
    assert "Gita Guest" in ada.open(f"/calendar?on={DAY}").text
    manage = link_in(live.mails_to("gita@example.net")[0], "/manage/")
    # when the guest opens the link, nothing changes yet; without the tick neither
    guest = person()
    guest.open(manage)
    assert guest.submit(f"{manage}/cancel", action="/cancel").status_code == 422
    assert build.row("SELECT status FROM booking")[0] == "confirmed"
    # when the guest cancels
    done = guest.submit(f"{manage}/cancel", action="/cancel", sure="y", reason="Ill")
    # then it is gone
    assert "ancelled" in done.text
    assert_gone(build, ada, person(), "guest")
    # and a second time is harmless
    again = guest.open(f"{manage}/cancel")
    assert again.ok
    assert build.row("SELECT version FROM booking")[0] == 1


def test_the_host_cancels_in_the_calendar(host: int, person: Callable[[], Person], build: Build) -> None:
    booking = build.booking(build.slot(host, START))
    ada = person()
    ada.log_in("ada@example.org")
    ada.submit(f"/bookings/{booking.uid}/cancel", action="/cancel", sure="y", reason="Travelling")
    assert_gone(build, ada, person(), "host")


def test_another_host_can_neither_see_nor_cancel_it(
    host: int, person: Callable[[], Person], build: Build, password_hash: str
) -> None:
    booking = build.booking(build.slot(host, START))
    build.host(email="eve@example.org", slug="eve", password_hash=password_hash)
    eve = person()
    eve.log_in("eve@example.org")
    for page in (f"/bookings/{booking.uid}", f"/bookings/{booking.uid}/cancel"):
        assert eve.open(page).status_code == 404
    assert build.row("SELECT status FROM booking")[0] == "confirmed"
