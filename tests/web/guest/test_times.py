"""A host's page and the calendar of an event type, for anonymous visitors: page, fragment, no JavaScript."""

import gzip
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from tests.builders import Build, calendar, coming, tomorrow
from tests.web.guest.picker import day_labels, in_month, in_words, starts, times
from webapp.core.extensions import db

HTMX = {"HX-Request": "true"}

BRITISH = {"Accept-Language": "en-GB"}

DAY = coming(5, 4, 9, days=70)  # so that March, too, is ahead
NEXT_DAY = DAY + timedelta(days=1)
MAY = in_month(DAY)

HOSTILE = '<script>alert(1)</script>{{7*7}}" hx-get="/x" &amp;'


def written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def test_a_host_page_shows_who_and_what(build: Build, client: FlaskClient) -> None:
    build.host(slug="mara", name="Mara Lindqvist", time_zone="Europe/Stockholm")
    build.row("UPDATE host SET about = 'Ask me about timber.' RETURNING id")
    page = client.get("/mara")
    assert page.status_code == 200
    assert "<h1>Mara Lindqvist</h1>" in page.text
    assert "Ask me about timber." in page.text
    assert "Stockholm" in page.text
    assert re.findall(r'class="event-type" href="([^"]*)"', page.text) == ["/mara/15min", "/mara/30min", "/mara/60min"]


def test_a_host_page_tells_no_address_and_no_inner_id(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara", email="secret@example.org")
    build.slot(host)
    for path in ("/mara", "/mara/30min"):
        assert "secret@example.org" not in client.get(path).text


def test_inactive_and_unlisted_event_types_are_not_shown(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara")
    build.event_type(host, "15min", is_active=False)
    build.event_type(host, "30min", is_public=False)
    page = client.get("/mara").text
    assert "/mara/15min" not in page
    assert "/mara/30min" not in page
    assert client.get("/mara/15min").status_code == 404
    assert client.get("/mara/30min").status_code == 200


def test_a_host_without_event_types_has_a_friendly_page(build: Build, client: FlaskClient) -> None:
    build.host(slug="mara", name="Mara")
    build.rows("UPDATE event_type SET is_active = false RETURNING id")
    page = client.get("/mara")
    assert page.status_code == 200
    assert "Nothing to book at the moment" in page.text


@pytest.mark.parametrize(
    "path", ["/nobody", "/nobody/30min", "/mara/nothing", "/mara/nothing/book?start=2027-01-01T10:00:00Z"]
)
def test_what_is_unknown_is_one_friendly_404(build: Build, client: FlaskClient, path: str) -> None:
    build.host(slug="mara")
    page = client.get(path)
    assert page.status_code == 404
    assert "There is nothing here" in page.text


def test_an_inactive_host_is_unknown(build: Build, client: FlaskClient) -> None:
    build.host(slug="mara")
    build.row("UPDATE host SET active = false RETURNING id")
    assert client.get("/mara").status_code == 404
    assert client.get("/mara/30min").status_code == 404


def test_the_calendar_marks_days_and_lists_the_times_of_the_chosen_one(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara", time_zone="UTC")
    build.slots(host, [DAY, DAY.replace(hour=15, minute=30), NEXT_DAY])
    page = client.get(f"/mara/30min?{MAY}&day={DAY.date()}&zone=Europe/Lisbon", headers=BRITISH).text
    assert day_labels(page) == [
        f"{in_words(DAY)} {DAY.year}, 2 times free",
        f"{in_words(NEXT_DAY)} {DAY.year}, one time free",
    ]
    assert times(page) == ["10:00", "16:30"]
    assert "Western European Summer Time (Lisbon), GMT+01:00" in page
    assert f'data-announce="2 times on {in_words(DAY)}"' in page


def test_without_a_day_the_first_one_with_times_is_chosen(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara", time_zone="UTC")
    build.slots(host, [NEXT_DAY, DAY])
    assert starts(client.get(f"/mara/30min?{MAY}").text) == [written(DAY)]


def test_the_region_alone_is_what_htmx_gets(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara", time_zone="UTC")
    build.slot(host, DAY)
    url = f"/mara/30min?{MAY}&day={DAY.date()}&zone=UTC"
    page, fragment = client.get(url), client.get(url, headers=HTMX)
    assert "HX-Request" in page.headers["Vary"]
    assert "HX-Request" in fragment.headers["Vary"]
    assert fragment.text.strip().startswith('<div id="picker"')
    assert "<html" not in fragment.text
    assert fragment.text.strip() in page.text


def test_history_gets_the_whole_page(build: Build, client: FlaskClient) -> None:
    build.host(slug="mara")
    restored = client.get("/mara/30min", headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert "<html" in restored.text


def test_all_of_it_works_by_links_and_a_get_form(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara", time_zone="UTC")
    build.slots(host, [DAY, NEXT_DAY])
    page = client.get(f"/mara/30min?month={DAY.year}-04&zone=Europe/Paris").text
    forward = unescape(re.search(r'href="([^"]*)"[^>]*>(?:(?!</a>).)*Next month', page, re.DOTALL)[1])  # type: ignore[index]
    month = client.get(forward).text
    second = [unescape(url) for url in re.findall(r'class="day" href="([^"]*)"', month)][1]
    assert starts(client.get(second).text) == [written(NEXT_DAY)]
    assert '<form class="zone-picker" id="zone-form" action="/mara/30min" method="get"' in month
    assert '<option value="Europe/Paris" selected>Paris</option>' in month


@pytest.mark.parametrize(
    "query",
    [
        "month=2027-13",
        "month=x",
        "day=2027-02-30",
        "day=0001-01-01",
        "zone=../../etc/passwd",
        "zone=%0D%0A",
        "month=9999-12",
    ],
)
def test_what_makes_no_sense_is_as_if_not_asked(build: Build, client: FlaskClient, query: str) -> None:
    build.slot(build.host(slug="mara", time_zone="UTC"))
    expected, got = client.get("/mara/30min", headers=HTMX), client.get(f"/mara/30min?{query}", headers=HTMX)
    assert got.status_code == 200
    assert got.text == expected.text


def test_an_empty_month_leads_to_the_next_time(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara", time_zone="UTC")
    build.slot(host, DAY)
    page = client.get(f"/mara/30min?month={DAY.year}-03&zone=UTC", headers=BRITISH).text
    assert f"No free times in March {DAY.year}" in page
    link = re.search(rf'href="([^"]*)"[^>]*>Next time available: {in_words(DAY)}<', page)
    assert link
    assert starts(client.get(unescape(link[1])).text) == [written(DAY)]


def test_a_month_behind_the_last_time_leads_back(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara", time_zone="UTC")
    build.slot(host, DAY)
    page = client.get(f"/mara/30min?month={DAY.year}-08", headers=BRITISH).text
    assert f"Next time available: {in_words(DAY)}<" in page


def test_a_day_without_times_says_so(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara", time_zone="UTC")
    build.slot(host, DAY)
    page = client.get(f"/mara/30min?day={NEXT_DAY.date()}", headers=BRITISH).text
    assert f"No free times on {in_words(NEXT_DAY)}" in page


def test_no_times_at_all_is_a_friendly_page(build: Build, client: FlaskClient) -> None:
    build.host(slug="mara", name="Mara")
    page = client.get("/mara/60min")
    assert page.status_code == 200
    assert "No times left" in page.text
    assert "Other meetings with Mara" in page.text


def test_booked_times_are_gone(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara", time_zone="UTC")
    first, second = build.slots(host, [tomorrow(9, days=3), tomorrow(10, days=3)])
    build.booking(first)
    url = f"/mara/30min?day={tomorrow(days=3):%Y-%m-%d}&zone=UTC"
    assert starts(client.get(url).text) == [written(second.start)]


def test_seats_left_are_told_for_groups_only(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara")
    build.event_type(host, capacity=3)
    build.slot(host, DAY, capacity=3)
    assert "<small>3 seats left</small>" in client.get(f"/mara/30min?{MAY}").text


def test_the_calendar_is_a_table_with_words(build: Build, client: FlaskClient) -> None:
    build.host(slug="mara", time_zone="UTC")
    page = client.get("/mara/30min?zone=UTC").text
    assert re.search(r"<caption[^>]*>Days with free times in ", page)
    assert page.count('aria-current="date"') == 1
    current = re.search(r'aria-current="date"><time datetime="([\d-]+)"', page)
    assert current
    assert current[1] in (str(calendar.today), str(datetime.now(UTC).date()))  # midnight may have come
    assert page.count("<h1") == 1


def test_there_is_no_way_into_the_past(build: Build, client: FlaskClient) -> None:
    build.host(slug="mara", time_zone="UTC")
    assert 'id="turn-previous"' not in client.get("/mara/30min").text
    assert 'id="turn-previous"' in client.get(f"/mara/30min?month={calendar.today.year + 1}-12").text


def test_texts_of_a_host_are_text(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara")
    build.row("UPDATE host SET name = :text, about = :text RETURNING id", text=HOSTILE)
    build.event_type(host, title=HOSTILE, description=HOSTILE)
    for path in ("/mara", "/mara/30min"):
        page = client.get(path).text
        assert "alert(1)" in page
        assert "<script>alert" not in page
        assert ' hx-get="/x"' not in page
        assert "{{7*7}}" in unescape(page)


def test_a_page_needs_two_queries_and_a_search_a_third(
    build: Build, client: FlaskClient, engine_queries: list[str]
) -> None:
    host = build.host(slug="mara", time_zone="UTC")
    build.slots(host, [tomorrow(hour, days=40) for hour in range(8, 18)])
    counts = {}
    for path in ("/mara", f"/mara/30min?{in_month(tomorrow(days=40))}", "/mara/15min"):
        engine_queries.clear()
        client.get(path)
        counts[path.partition("?")[0]] = len(engine_queries)
    assert counts == {"/mara": 1, "/mara/30min": 2, "/mara/15min": 3}


def test_looking_leaves_no_cookie(build: Build, client: FlaskClient) -> None:
    build.slot(build.host(slug="mara"))
    for path in ("/mara", "/mara/30min"):
        assert "Set-Cookie" not in client.get(path).headers


def test_the_first_visit_weighs_little(build: Build, client: FlaskClient) -> None:
    """P11 counts everything compressed; the page itself must leave room for styles and scripts."""
    host = build.host(slug="mara")
    build.slots(host, [tomorrow(8 + index // 2, 30 * (index % 2), days=2) for index in range(20)])
    assert len(gzip.compress(client.get("/mara/30min").data)) < 12_000


@pytest.fixture
def engine_queries(build: Build) -> Iterator[list[str]]:
    """The statements that run from now on."""
    seen: list[str] = []

    def note(*execution: Any) -> None:
        seen.append(execution[2])

    with build.app.app_context():
        engine: Engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
