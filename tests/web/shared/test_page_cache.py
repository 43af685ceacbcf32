"""The rendered page of an event type is cached, but is never stale."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests.builders import Build, tomorrow
from webapp.core.memo import Memo
from webapp.domain.actor import host_actor
from webapp.services.bookings import bookings
from webapp.services.schedules import blocked_times
from webapp.web.shared import page_cache

START = tomorrow(10, days=2)
MONTH = f"month={START:%Y-%m}&day={START:%Y-%m-%d}&zone=UTC"
HTMX = {"HX-Request": "true"}


@pytest.fixture(params=[{}, HTMX], ids=["page", "fragment"])
def look(request: pytest.FixtureRequest, client: FlaskClient) -> Callable[[], str]:
    """The page as a guest sees it now; the second look is at what was remembered."""

    def page() -> str:
        texts = [client.get(f"/mara/30min?{MONTH}", headers=request.param).text for _ in range(2)]
        assert without_nonces(texts[0]) == without_nonces(texts[1])
        return texts[1]

    return page


def without_nonces(page: str) -> str:
    return re.sub(r'nonce="[^"]+"', "", page)


def test_the_second_look_renders_nothing(build: Build, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    build.slot(build.host(slug="mara"), START)
    client.get(f"/mara/30min?{MONTH}")
    monkeypatch.delattr(page_cache, "render_page_or_block")
    assert client.get(f"/mara/30min?{MONTH}").status_code == 200


def test_a_booking_and_its_cancellation_are_seen_at_once(build: Build, look: Callable[[], str]) -> None:
    slot = build.slot(build.host(slug="mara"), START)
    choice = f"start={START:%Y-%m-%dT%H:%M:%SZ}"
    assert choice in look()
    booking = build.booking(slot)
    assert choice not in look()
    with build.app.app_context():
        bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
    assert choice in look()


def test_blocked_time_is_seen_at_once(build: Build, look: Callable[[], str]) -> None:
    host = build.host(slug="mara")
    build.slot(host, START)
    choice = f"start={START:%Y-%m-%dT%H:%M:%SZ}"
    assert choice in look()
    with build.app.app_context():
        time_off = blocked_times.NewBlockedTime(start=START, end=START + timedelta(hours=1))
        blocked_times.block(time_off, host_id=host, actor=host_actor(host))
    assert choice not in look()


def test_an_empty_month_names_the_next_free_day_of_another_as_it_is_now(build: Build, client: FlaskClient) -> None:
    first, _ = build.slots(build.host(slug="mara"), [START, START + timedelta(days=1)])
    empty_month = "/mara/30min?month=2001-01&zone=UTC"
    link = f"day={START:%Y-%m-%d}"
    assert link in client.get(empty_month).text
    build.booking(first)
    assert link not in client.get(empty_month).text


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE host SET name = 'Somebody Else' WHERE slug = 'mara' RETURNING id",
        "UPDATE event_type SET title = 'Somebody Else' WHERE slug = '30min' RETURNING id",
        "UPDATE event_type SET description = 'Somebody Else' WHERE slug = '30min' RETURNING id",
    ],
)
def test_other_words_are_seen_at_once(build: Build, client: FlaskClient, change: str) -> None:
    build.slot(build.host(slug="mara"), START)
    assert "Somebody Else" not in client.get(f"/mara/30min?{MONTH}").text
    build.row(change)
    assert "Somebody Else" in client.get(f"/mara/30min?{MONTH}").text


@pytest.mark.parametrize("table", ["weekly_hours", "schedule"])
def test_other_hours_are_seen_at_once(build: Build, look: Callable[[], str], table: str) -> None:
    build.host(slug="mara")
    build.rows(
        "INSERT INTO weekly_hours (schedule_id, weekday, start_minute, end_minute) "
        "SELECT id, day, 540, 600 FROM schedule, generate_series(0, 6) day ON CONFLICT DO NOTHING RETURNING 1"
    )
    before = look()
    changes = {
        "weekly_hours": "UPDATE weekly_hours SET start_minute = start_minute + 7, end_minute = end_minute + 7",
        "schedule": "UPDATE schedule SET time_zone = 'Asia/Kathmandu'",
    }
    build.rows(f"{changes[table]} RETURNING 1")
    assert look() != before


def test_each_zone_language_and_day_has_a_page_of_its_own(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara")
    build.slots(host, [START, START + timedelta(days=1)])
    other_day = f"month={START:%Y-%m}&zone=UTC"
    pages = [
        client.get(f"/mara/30min?{query}", headers={"Accept-Language": language}).text
        for query in (MONTH, MONTH.replace("UTC", "Asia/Tokyo"), other_day)
        for language in ("en-US", "de-DE")
    ]
    assert len({without_nonces(page) for page in pages}) == len(pages)


def test_scripts_of_a_remembered_page_carry_the_nonce_of_their_answer(build: Build, client: FlaskClient) -> None:
    build.slot(build.host(slug="mara"), START)
    nonces = set()
    for _ in range(3):
        answer = client.get(f"/mara/30min?{MONTH}")
        found = re.search(r"script-src 'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
        assert found
        assert set(re.findall(r'nonce="([^"]+)"', answer.text)) == {found[1]}
        nonces.add(found[1])
    assert len(nonces) == 3


def test_a_memo_keeps_what_was_used_last() -> None:
    memo: Memo[int] = Memo(entries=2)
    memo.keep("a", 1)
    memo.keep("b", 2)
    assert memo.get("a") == 1
    memo.keep("c", 3)
    assert (memo.get("a"), memo.get("b"), memo.get("c")) == (1, None, 3)
