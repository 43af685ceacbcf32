"""Booking requests on the host's pages: the link in the mail, expiry, no-shows."""

import re

import pytest

from tests.builders import Build, tomorrow
from tests.web.desk import Desk
from webapp.services.bookings.view import BookingView


@pytest.fixture
def waiting(desk: Desk, build: Build) -> BookingView:
    build.event_type(desk.host_id, requires_confirmation=True)
    return build.booking(build.slot(desk.host_id, tomorrow(days=3)))


def status(build: Build) -> str:
    return str(build.row("SELECT status FROM booking")[0])


def expire(build: Build) -> None:
    build.row("UPDATE booking SET expires_at = now() - interval '1 minute' RETURNING id")


def begin(build: Build, minutes: int = 120) -> None:
    """Let the meeting of half an hour have begun so long ago."""
    build.row(
        "UPDATE slot SET starts_at = start, ends_at = start + interval '30 minutes',"
        " busy = tstzrange(start, start + interval '30 minutes')"
        " FROM (SELECT now() - make_interval(mins => :minutes) AS start) AS moment RETURNING id",
        minutes=minutes,
    )


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_looking_decides_nothing(desk: Desk, waiting: BookingView, build: Build, decision: str, htmx: bool) -> None:
    page = desk.open(f"/bookings/{waiting.uid}/{decision}", htmx=htmx)
    assert page.status_code == 200
    assert ("<html" in page.text) is not htmx
    assert f'action="/bookings/{waiting.uid}/{decision}"' in page.text
    assert status(build) == "pending"


@pytest.mark.parametrize(("decision", "becomes"), [("accept", "confirmed"), ("decline", "declined")])
def test_the_button_of_the_page_decides_and_both_are_told(
    desk: Desk, waiting: BookingView, build: Build, decision: str, becomes: str
) -> None:
    assert desk.post(f"/bookings/{waiting.uid}/{decision}").status_code == 303
    assert status(build) == becomes
    assert build.row("SELECT kind FROM outbox_event ORDER BY id DESC LIMIT 1")[0] == f"booking.{becomes}"
    decided = desk.open(f"/bookings/{waiting.uid}/{decision}")
    assert decided.status_code == 409
    assert "not possible any more" in decided.text


def test_a_reason_for_the_no_is_shown(desk: Desk, waiting: BookingView) -> None:
    desk.post(f"/bookings/{waiting.uid}/decline", reason="Away that week")
    assert "Away that week" in desk.open(f"/bookings/{waiting.uid}").text


def test_the_request_says_until_when_it_waits(desk: Desk, waiting: BookingView) -> None:
    assert "Please answer before" in desk.open(f"/bookings/{waiting.uid}").text


@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_what_has_expired_says_so(desk: Desk, waiting: BookingView, build: Build, decision: str) -> None:
    expire(build)
    page = desk.open(f"/bookings/{waiting.uid}/{decision}")
    assert page.status_code == 409
    assert "This request has expired" in page.text
    assert not re.search(rf'action="[^"]*/{decision}"', page.text)
    assert "Please answer" not in page.text
    refused = desk.post(f"/bookings/{waiting.uid}/accept")
    assert refused.status_code == 409
    assert "This request has expired" in refused.text
    assert status(build) == "pending"


def test_who_did_not_come_is_noted_after_the_start(desk: Desk, build: Build) -> None:
    booking = build.booking(build.slot(desk.host_id))
    assert "did not come" not in desk.open(f"/bookings/{booking.uid}").text
    assert desk.post(f"/bookings/{booking.uid}/no-show").status_code == 409
    begin(build)
    page = desk.open(f"/bookings/{booking.uid}").text
    assert "The guest did not come" in page
    assert "Cancel meeting" not in page
    answer = desk.post(f"/bookings/{booking.uid}/no-show", htmx=True)
    assert answer.status_code == 200
    assert "No-show" in answer.text
    assert status(build) == "no_show"


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(("began", "becomes"), [(10, "confirmed"), (120, "completed")])
def test_who_came_after_all(desk: Desk, build: Build, began: int, becomes: str, htmx: bool) -> None:
    booking = build.booking(build.slot(desk.host_id), name="Gita Guest")
    begin(build, began)
    page = f"/bookings/{booking.uid}"
    assert "They came after all" not in desk.open(page).text
    desk.post(f"{page}/no-show")
    marked = desk.open(page).text
    assert f'action="{page}/no-show/undo"' in marked
    assert "The guest did not come" not in marked
    answer = desk.post(f"{page}/no-show/undo", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert status(build) == becomes
    shown = answer.text if htmx else desk.open(page).text
    assert "Noted: Gita Guest came." in shown
    assert becomes.capitalize() in shown
    assert f'action="{page}/no-show"' in shown, "and back again"


def test_what_is_no_no_show_is_not_undone(desk: Desk, build: Build) -> None:
    booking = build.booking(build.slot(desk.host_id))
    begin(build)
    answer = desk.post(f"/bookings/{booking.uid}/no-show/undo", htmx=True)
    assert answer.status_code == 409
    assert "It is not marked as a no-show" in answer.text
    assert status(build) == "confirmed"


def test_a_no_show_stays_in_the_list_while_the_meeting_lasts(desk: Desk, build: Build) -> None:
    booking = build.booking(build.slot(desk.host_id), name="Gita Guest")
    begin(build, 10)
    desk.post(f"/bookings/{booking.uid}/no-show", htmx=True)
    lists = [which for which in ("upcoming", "past") if "Gita Guest" in desk.open(f"/bookings?which={which}").text]
    assert lists == ["upcoming"]


def test_another_host_decides_nothing(other_desk: Desk, waiting: BookingView, build: Build) -> None:
    for what in ("accept", "decline"):
        assert other_desk.open(f"/bookings/{waiting.uid}/{what}").status_code == 404
    for what in ("accept", "decline", "no-show", "no-show/undo"):
        assert other_desk.post(f"/bookings/{waiting.uid}/{what}").status_code == 404
    assert status(build) == "pending"


def test_pages_of_a_request_need_few_queries(desk: Desk, waiting: BookingView) -> None:
    for path in ("", "/accept", "/decline"):
        assert desk.queries(f"/bookings/{waiting.uid}{path}") <= 8
