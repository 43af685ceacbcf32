"""Why a start is not offered, from the database; listing, booking and explaining agree."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import Build, tomorrow
from webapp.domain import errors
from webapp.domain.actor import GUEST, host_actor
from webapp.domain.availability.reasons import Reason, ReasonCode
from webapp.domain.availability.windows import Window
from webapp.services.availability.offers import list_offers_on
from webapp.services.availability.why import find_any_offering, why
from webapp.services.bookings import bookings
from webapp.services.schedules.content import ScheduleContent
from webapp.services.schedules.schedules import replace_schedule
from webapp.words import reasons

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def host(build: Build) -> int:
    """Open around the clock, UTC, with the slug `ada`."""
    host = build.host(slug="ada", time_zone="UTC")
    hours = tuple(Window(weekday, 0, 1440) for weekday in range(7))
    content = ScheduleContent(name="Always", time_zone="UTC", weekly_hours=hours)
    replace_schedule(content, host_id=host, actor=host_actor(host))
    return host


def codes(start: datetime, event_type: str = "30min", **asked: datetime) -> list[str]:
    answer = why(find_any_offering("ada", event_type, **asked), start)
    assert answer.offered is (answer.reasons == [])
    return [str(reason.code) for reason in answer.reasons]


def test_what_is_offered_has_no_reason(host: int) -> None:
    assert codes(tomorrow(10)) == []


def test_each_rule_is_told(build: Build, host: int) -> None:
    build.booking(build.slot(host, tomorrow(12)))
    build.event_type(host, notice_minutes=60, window_days=5, max_per_day=1, buffer_before_minutes=15)
    assert codes(tomorrow(12, 30)) == ["buffer", "limit_day"]
    assert codes(tomorrow(12)) == ["busy", "limit_day"]
    assert codes(tomorrow(10, 10, days=2)) == ["hours"]
    assert codes(tomorrow(10, days=8)) == ["window"]
    assert codes(datetime.now(UTC).replace(minute=0, second=0, microsecond=0))[0] in ("past", "notice")


def test_what_is_switched_off_says_so(build: Build, host: int) -> None:
    build.event_type(host, is_active=False)
    assert codes(tomorrow(10)) == ["inactive"]


def test_another_now_is_another_answer(host: int, build: Build) -> None:
    assert codes(tomorrow(10), now=tomorrow(11)) == ["past"]
    build.event_type(host, notice_minutes=120)
    assert codes(tomorrow(10), now=tomorrow(9)) == ["notice"]


def test_unknown_names_are_not_found(host: int) -> None:
    for names in (("ada", "none"), ("none", "30min")):
        with pytest.raises(errors.NotFound):
            find_any_offering(*names)


def test_what_why_refuses_cannot_be_booked_and_the_other_way_round(build: Build, host: int) -> None:
    build.booking(build.slot(host, tomorrow(10)))
    what = find_any_offering("ada", "30min")
    listed = {offer.start for offer in list_offers_on(what, tomorrow().date(), tomorrow().date(), time_zone="UTC")}
    for quarter in range(36, 48):
        start = tomorrow(0) + timedelta(minutes=15 * quarter)
        offered = why(what, start).offered
        assert offered is (int(start.timestamp()) in listed)
        wish = build.command(host="ada", event_type="30min", start=start)
        if not offered:
            with pytest.raises(errors.SlotUnavailable):
                bookings.book(wish, actor=GUEST)


def test_every_reason_has_words_with_its_figures() -> None:
    start = int(datetime(2027, 5, 4, 7, 30, tzinfo=UTC).timestamp())
    day = datetime(2027, 5, 3, tzinfo=UTC).date()
    said = {
        code: reasons.in_words(
            Reason(code, start=start, end=start + 1800, limit=90, count=3, on=day, name="May Day"),
            time_zone="Europe/Berlin",
        )
        for code in ReasonCode
    }
    assert said[ReasonCode.PAST] == "It has passed: it is Tue, May 4, 9:30\u202fAM now."
    assert "90 minutes of notice" in said[ReasonCode.NOTICE]
    assert said[ReasonCode.BUSY] == "There is a meeting from Tue, May 4, 9:30\u202fAM to 10:00\u202fAM."
    assert said[ReasonCode.HOLIDAY] == "Monday, May 3, 2027 is a holiday: May Day."
    assert said[ReasonCode.LIMIT_DAY] == "3 bookings of at most 90 on Monday, May 3, 2027."
    assert len(set(said.values())) == len(ReasonCode)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason(ReasonCode.HOURS, limit=30), "no weekly hours are open"),
        (Reason(ReasonCode.HOURS), "no weekly hours are open"),
        (Reason(ReasonCode.WINDOW, end=0, limit=1), "1 day can be booked"),
        (Reason(ReasonCode.BUSY, start=0, end=2 * 86_400), "to Sat, Jan 3"),
    ],
)
def test_words_for_figures_that_are_missing_or_far(reason: Reason, words: str) -> None:
    assert words in reasons.in_words(reason, time_zone="UTC")
