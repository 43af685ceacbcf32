"""The booking form submitted again: by a double click, after going back, by another guest."""

import re
from collections.abc import Callable

from tests.builders import Build, tomorrow
from tests.web.guest.typed import TYPED, book_url, value_of
from tests.web.pages import Visitor, errors_of
from webapp.services.slots.views import SlotView


def test_a_double_click_is_one_booking_and_one_confirmation(
    build: Build, visitor: Visitor, form: dict[str, str]
) -> None:
    first, second = (visitor.client.post("/mara/30min/book", data=form) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert build.row("SELECT count(*) FROM booking")[0] == 1
    assert build.row("SELECT count(*) FROM outbox_event")[0] == 1


def test_back_and_other_words_is_no_second_booking(build: Build, visitor: Visitor, form: dict[str, str]) -> None:
    visitor.client.post("/mara/30min/book", data=form)
    answer = visitor.client.post("/mara/30min/book", data=form | {"subject": "Another beam"})
    assert answer.status_code == 422
    assert "sent before" in errors_of(answer)
    assert value_of(answer.text, "subject") == "Another beam"
    assert value_of(answer.text, "key") != form["key"]
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_back_to_a_page_asked_for_anew_ends_at_the_same_confirmation(
    build: Build, visitor: Visitor, slot: SlotView, form: dict[str, str]
) -> None:
    booked = visitor.client.post("/mara/30min/book", data=form)
    assert visitor.open(book_url(slot)).location == booked.location
    another_key = form | {"key": "6b5e2c9e-3f6a-4f0e-9a4e-0d8f3c1b2a77"}
    assert visitor.client.post("/mara/30min/book", data=another_key).location == booked.location
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_from_one_browser_a_second_guest_is_told_that_the_time_is_gone(visitor: Visitor, form: dict[str, str]) -> None:
    visitor.client.post("/mara/30min/book", data=form)
    other = form | {"key": "6b5e2c9e-3f6a-4f0e-9a4e-0d8f3c1b2a77", "email": "berta@example.org"}
    assert visitor.client.post("/mara/30min/book", data=other).status_code == 409


def test_another_browser_is_told_that_the_time_is_gone(
    another_browser: Callable[[], Visitor], visitor: Visitor, slot: SlotView, form: dict[str, str]
) -> None:
    visitor.client.post("/mara/30min/book", data=form)
    assert another_browser().open(book_url(slot)).status_code == 409


def test_after_cancelling_the_time_can_be_booked_again(
    build: Build, visitor: Visitor, slot: SlotView, form: dict[str, str]
) -> None:
    link = visitor.client.post("/mara/30min/book", data=form).location.partition("?")[0]
    visitor.submit(f"{link}/cancel", sure="y")
    again = visitor.submit(book_url(slot), action="/mara/30min/book", **TYPED)
    assert again.location.partition("?")[0] != link
    assert build.row("SELECT count(*) FROM booking")[0] == 2


def test_each_form_has_a_key_of_its_own(visitor: Visitor, slot: SlotView) -> None:
    keys = {value_of(visitor.open(book_url(slot)).text, "key") for _ in range(2)}
    assert len(keys) == 2


def test_a_key_that_is_none_is_replaced(build: Build, visitor: Visitor, form: dict[str, str]) -> None:
    answer = visitor.client.post("/mara/30min/book", data=form | {"key": "1' OR 1=1", "name": ""})
    assert re.fullmatch(r"[0-9a-f-]{36}", value_of(answer.text, "key"))


def test_a_second_seat_for_one_guest_is_refused_in_words(build: Build, mara: int, visitor: Visitor) -> None:
    build.event_type(mara, capacity=3)
    group = build.slot(mara, tomorrow(9, days=2), capacity=3)
    statuses = [visitor.submit(book_url(group), action="/mara/30min/book", **TYPED) for _ in range(2)]
    assert [answer.status_code for answer in statuses] == [303, 409]
    assert "You have a seat at this time already" in errors_of(statuses[1])
