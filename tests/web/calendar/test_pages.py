"""Viewing the host's calendar."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest

from tests.builders import Build, coming, tomorrow
from tests.web.clock_changes import next_sunday_of_change
from tests.web.desk import Desk, sit_down
from webapp.domain.actor import host_actor
from webapp.domain.availability import instants
from webapp.domain.availability.windows import Window
from webapp.services.schedules.content import ScheduleContent
from webapp.services.schedules.schedules import replace_schedule

VIEWS = ("week", "day", "agenda", "month")


def entries(page: str) -> list[str]:
    """What a screen reader says of each slot."""
    return re.findall(r'<a class="entry[^>]*aria-label="([^"]*)"', page)


def test_a_visitor_is_led_to_the_login_and_back(build: Build) -> None:
    answer = build.app.test_client().get("/calendar?view=month")
    assert answer.status_code == 303
    assert "/login?next=" in answer.location


def test_a_new_host_is_told_what_to_do_first(desk: Desk) -> None:
    page = desk.open("/calendar").text
    assert "Give away your first times" in page
    assert 'value="http://localhost/ada"' in page


def test_free_and_booked_slots_are_told_apart_in_words(desk: Desk, build: Build) -> None:
    free, taken = build.slots(desk.host_id, [tomorrow(8), tomorrow(12)])
    build.booking(taken, name="Gita Guest", subject="Roof")
    page = desk.open(f"/calendar?on={free.start.date()}").text
    said = entries(page)
    assert [label.split(",")[0] for label in said] == ["Available", "Booked"]
    assert "Gita Guest" in said[1]
    assert "Roof" in said[1]
    assert "Give away your first times" not in page


def test_a_free_slot_under_a_meeting_is_shown_as_not_offered(desk: Desk, build: Build) -> None:
    hour, half = build.slot(desk.host_id, tomorrow(10), 60), build.slot(desk.host_id, tomorrow(10, 30), 30)
    build.booking(hour)
    said = entries(desk.open(f"/calendar?on={half.start.date()}").text)
    assert [label.split(",")[0] for label in said] == ["Booked", "Not offered"]


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_is_a_page_and_a_fragment(desk: Desk, build: Build, view: str) -> None:
    build.booking(build.slot(desk.host_id, tomorrow()))
    url = f"/calendar?view={view}&on={tomorrow().date()}"
    page, fragment = desk.open(url), desk.open(url, htmx=True)
    assert page.text.startswith("<!doctype html>")
    assert fragment.text.strip().startswith('<div id="calendar"')
    assert "HX-Request" in page.vary
    assert "HX-Request" in fragment.vary
    assert 'aria-current="page"' in fragment.text


@pytest.mark.parametrize("view", VIEWS)
def test_a_calendar_takes_few_queries_however_full(desk: Desk, build: Build, view: str) -> None:
    starts = [tomorrow(8) + timedelta(minutes=30 * number) for number in range(20)]
    for slot in build.slots(desk.host_id, starts)[::4]:
        build.booking(slot)
    assert desk.queries(f"/calendar?view={view}&on={tomorrow().date()}") <= 8


def test_the_grid_fetches_itself_when_something_changed(desk: Desk) -> None:
    page = desk.open("/calendar?view=day&on=2027-05-04").text
    url = re.search(r'id="grid" hx-get="([^"]+)" hx-trigger="calendar-changed from:body"', page)
    assert url
    assert desk.open(url[1].replace("&amp;", "&"), htmx=True).text.strip().startswith('<div id="grid"')


def test_another_host_sees_nothing_of_it(desk: Desk, other_desk: Desk, build: Build) -> None:
    build.booking(build.slot(desk.host_id, tomorrow()), name="Gita Guest")
    for view in VIEWS:
        page = other_desk.open(f"/calendar?view={view}&on={tomorrow().date()}").text
        assert entries(page) == []
        assert "Gita Guest" not in page


@pytest.mark.parametrize(
    "query", ["view=year", "on=yesterday", "on=9999-12-31", "on=0001-01-01", "view=&on=", "hours=x"]
)
def test_what_makes_no_sense_shows_this_week(desk: Desk, query: str) -> None:
    assert desk.open(f"/calendar?{query}").status_code == 200


def test_turning_leads_a_week_and_a_month_on(desk: Desk) -> None:
    week = desk.open("/calendar?on=2027-05-04").text
    assert "on=2027-04-27" in week
    assert "on=2027-05-11" in week
    month = desk.open("/calendar?view=month&on=2027-01-31").text
    assert "on=2026-12-01" in month
    assert "on=2027-02-01" in month


def test_an_hour_that_is_skipped_cannot_be_clicked_and_one_that_repeats_can_twice(desk: Desk) -> None:
    for month, count in ((3, 0), (10, 4)):
        sunday = next_sunday_of_change(month)
        page = with_24_hours(desk, f"/calendar?view=day&on={sunday}&hours=all")
        cells = re.findall(r'class="cell[^>]*href="[^"]*start=([^"]+)"[^>]*><svg.*?</svg>02:', page)
        assert len(cells) == len(set(cells)) == count
        assert "clocks go" in page


def with_24_hours(desk: Desk, url: str) -> str:
    return desk.client.get(url, headers={"Accept-Language": "de"}).text


def test_the_month_counts_by_the_hosts_date(desk: Desk, build: Build) -> None:
    late = tomorrow(23, 30, days=3)  # in Berlin that is the next day
    booked, _ = build.slots(desk.host_id, [late, late + timedelta(minutes=30)], 30)
    build.booking(booked)
    page = desk.open(f"/calendar?view=month&on={(late + timedelta(days=1)).date()}").text
    assert re.findall(r'view=day&amp;on=([\d-]+)" aria-label="[^"]*1 booked time, 1 free time"', page) == [
        str((late + timedelta(days=1)).date())
    ]


# Zones whose rules have changed of late: databases that are a year old know them otherwise.
@pytest.mark.parametrize("zone", ["America/Vancouver", "America/Edmonton", "America/Winnipeg", "Africa/Casablanca"])
def test_the_month_counts_a_time_on_the_day_that_shows_it(build: Build, password_hash: str, zone: str) -> None:
    desk, day = sit_down(build, password_hash, time_zone=zone), coming(1, 15).date()
    half_past_midnight = datetime.combine(day, time(0, 30), instants.zone(zone)).astimezone(UTC)
    build.slots(desk.host_id, [half_past_midnight + timedelta(hours=hour) for hour in (-1, 0)], 30)
    month = desk.open(f"/calendar?view=month&on={day}").text
    counted = re.findall(r'view=day&amp;on=([\d-]+)" aria-label="[^"]*1 free time"', month)
    assert counted == [str(day - timedelta(days=1)), str(day)]
    for shown in counted:
        assert len(entries(desk.open(f"/calendar?view=day&on={shown}").text)) == 1


def test_a_text_of_a_guest_stays_text(desk: Desk, build: Build) -> None:
    payload = '"><script>alert(1)</script>'
    booking = build.booking(build.slot(desk.host_id, tomorrow()), name=payload, subject=payload)
    for url in (f"/calendar?on={tomorrow().date()}", "/bookings", f"/bookings/{booking.uid}"):
        page = desk.open(url).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_the_hours_of_the_usual_schedule_stand_behind_the_meetings(desk: Desk, build: Build) -> None:
    """Berlin, Monday 3 May 2027: 09:00 to 11:00 of the hours from 08:00 on, in rows of five minutes."""
    content = ScheduleContent(name="Mondays", time_zone="Europe/Berlin", weekly_hours=(Window(0, 540, 660),))
    with build.app.app_context():
        replace_schedule(content, host_id=desk.host_id, actor=host_actor(desk.host_id))
    page = desk.open("/calendar?on=2027-05-03").text
    assert re.findall(r'class="hours ([^"]*)"', page) == ["from-12 to-36"]


def test_a_request_says_in_a_word_that_it_waits(desk: Desk, build: Build) -> None:
    build.event_type(desk.host_id, requires_confirmation=True)
    build.booking(build.slot(desk.host_id))
    page = desk.open(f"/calendar?on={tomorrow().date()}").text
    [pending] = re.findall(r'class="entry entry-pending.*?</a>', page, re.DOTALL)
    assert '<span class="entry-more">Waits for you</span>' in pending
