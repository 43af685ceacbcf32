"""When a host is available: the default schedule as a whole, and blocked times."""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import url_for

from webapp.api.http.answers import Made, Page
from webapp.api.http.callers import Access, actor, host
from webapp.api.http.operation import Blueprint
from webapp.api.http.paging import Key, cut, microseconds
from webapp.api.schemas import schedules as schemas
from webapp.api.schemas.base import PageQuery
from webapp.api.spec import examples
from webapp.domain.availability.windows import DayWindow, Window
from webapp.domain.errors import Invalid
from webapp.services.schedules import blocked_times, schedules
from webapp.services.schedules.blocked_times import BlockedTimeView, NewBlockedTime
from webapp.services.schedules.content import ScheduleContent

blueprint = Blueprint("Schedule", __name__, description="Weekly hours, dates that differ, holidays, blocked time.")


@blueprint.operation("GET", "/schedule", Access.READ, answer=schemas.Schedule, example=examples.SCHEDULE)
def get_schedule() -> dict[str, Any]:
    """Your usual schedule"""
    return _shown(schedules.host_schedule(host().host_id).content)


@blueprint.operation(
    "PUT",
    "/schedule",
    Access.WRITE,
    body=schemas.ScheduleBody,
    body_example=examples.SCHEDULE,
    answer=schemas.Schedule,
    example=examples.SCHEDULE,
    matches=get_schedule,
    is_batch=True,
)
def replace_schedule(body: dict[str, Any]) -> dict[str, Any]:
    """Replace your usual schedule as a whole"""
    _require_single_dates(body)
    try:
        schedules.revise_schedule(lambda before: _revise(before, body), host_id=host().host_id, actor=actor())
    except Invalid as refusal:
        raise _by_index(refusal, body) from None
    return _shown(schedules.host_schedule(host().host_id).content)


def _shown(content: ScheduleContent) -> dict[str, Any]:
    region = {"country": content.holiday_country, "subdivision": content.holiday_subdivision}
    return {
        "time_zone": content.time_zone,
        "week_start": content.week_start,
        "weekly_hours": content.weekly_hours,
        "overrides": [{"on": day, "windows": windows} for day, windows in content.overrides.items()],
        "holidays": region if content.holiday_country else None,
    }


def _revise(before: ScheduleContent, body: Mapping[str, Any]) -> ScheduleContent:
    """The new content. The name stays; so do the holidays on which the host works, unless the country or subdivision
    changes."""
    region = body["holidays"] or {"country": None, "subdivision": None}
    place = region["country"], region["subdivision"]
    is_same_place = place == (before.holiday_country, before.holiday_subdivision)
    return replace(
        before,
        time_zone=body["time_zone"],
        week_start=body["week_start"],
        weekly_hours=tuple(Window(**window) for window in body["weekly_hours"]),
        overrides={one["on"]: tuple(DayWindow(**window) for window in one["windows"]) for one in body["overrides"]},
        holiday_country=place[0],
        holiday_subdivision=place[1],
        holidays_off=before.holidays_off if is_same_place else frozenset(),
    )


def _by_index(refusal: Invalid, body: Mapping[str, Any]) -> Invalid:
    """The same errors by list index: the service names weekdays and dates, but an API client sent lists."""
    entries: dict[str, list[str]] = {}
    for index, window in enumerate(body["weekly_hours"]):
        entries.setdefault(f"weekly_hours.{window['weekday']}", []).append(f"weekly_hours.{index}")
    for index, override in enumerate(body["overrides"]):
        entries[f"overrides.{override['on'].isoformat()}"] = [f"overrides.{index}"]
    return Invalid(
        {entry: messages for name, messages in refusal.errors.items() for entry in entries.get(name, [name])}
    )


def _require_single_dates(body: Mapping[str, Any]) -> None:
    counts = Counter(one["on"] for one in body["overrides"])
    twice = {day.isoformat() for day, count in counts.items() if count > 1}
    if twice:
        raise Invalid({"overrides": [f"Each date once: {', '.join(sorted(twice))}."]})


blocked_times_blueprint = Blueprint(
    "Blocked times", __name__, description="Time that is kept free of meetings, such as a vacation."
)


@blocked_times_blueprint.operation(
    "GET",
    "/blocked-times",
    Access.READ,
    query=PageQuery,
    answer=schemas.BlockedTimePage,
    example=examples.BLOCKED_TIME_PAGE,
)
def list_blocked_times(query: dict[str, Any]) -> Page:
    """What is blocked now or later, by start"""
    blocked = blocked_times.blocked_times(host().host_id)
    return cut(blocked, limit=query["limit"], cursor=query["cursor"], key=_place)


def _place(blocked: BlockedTimeView) -> Key:
    return microseconds(blocked.start), str(blocked.public_id)


@blocked_times_blueprint.operation(
    "POST",
    "/blocked-times",
    Access.WRITE,
    body=schemas.NewBlockedTime,
    body_example=examples.NEW_BLOCKED_TIME,
    answer=schemas.BlockedTime,
    status=201,
    example=examples.BLOCKED_TIME,
)
def create_blocked_time(body: dict[str, Any]) -> Made:
    """Block time; bookings in it stay"""
    blocked = blocked_times.block(NewBlockedTime(**body), host_id=host().host_id, actor=actor())
    return Made(blocked, url_for("api_blocked_times.get_blocked_time", blocked_time_id=blocked.public_id))


@blocked_times_blueprint.operation(
    "GET",
    "/blocked-times/<uuid:blocked_time_id>",
    Access.READ,
    answer=schemas.BlockedTime,
    example=examples.BLOCKED_TIME,
)
def get_blocked_time(blocked_time_id: uuid.UUID) -> BlockedTimeView:
    """Blocked time"""
    return blocked_times.blocked_time(blocked_time_id, host_id=host().host_id)


@blocked_times_blueprint.operation(
    "DELETE", "/blocked-times/<uuid:blocked_time_id>", Access.WRITE, status=204, matches=get_blocked_time
)
def delete_blocked_time(blocked_time_id: uuid.UUID) -> None:
    """Open blocked time again"""
    blocked_times.unblock(blocked_time_id, host_id=host().host_id, actor=actor())
