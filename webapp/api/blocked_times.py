"""Time that a host keeps free of meetings."""

import uuid
from typing import Any

from flask import url_for

from webapp.api.http.answers import Made, Page
from webapp.api.http.callers import Access, actor, host
from webapp.api.http.operation import Blueprint
from webapp.api.http.paging import Key, cut, microseconds
from webapp.api.schemas import schedules as schemas
from webapp.api.schemas.common import PageQuery
from webapp.api.spec import examples
from webapp.services.schedules import blocked_times
from webapp.services.schedules.blocked_times import BlockedTimeView, NewBlockedTime

blueprint = Blueprint("Blocked times", __name__, description="Time that is kept free of meetings, such as a vacation.")


@blueprint.operation(
    "GET",
    "/blocked-times",
    Access.READ,
    query=PageQuery,
    answer=schemas.BlockedTimePage,
    example=examples.BLOCKED_TIME_PAGE,
)
def list_blocked_times(asked: dict[str, Any]) -> Page:
    """What is blocked now or later, by start"""
    found = blocked_times.blocked_times(host().host_id)
    return cut(found, limit=asked["limit"], cursor=asked["cursor"], key=_place)


def _place(blocked: BlockedTimeView) -> Key:
    return microseconds(blocked.start), str(blocked.public_id)


@blueprint.operation(
    "POST",
    "/blocked-times",
    Access.WRITE,
    body=schemas.NewBlockedTime,
    body_example=examples.NEW_BLOCKED_TIME,
    answer=schemas.BlockedTime,
    status=201,
    example=examples.BLOCKED_TIME,
)
def create_blocked_time(wanted: dict[str, Any]) -> Made:
    """Block time; bookings in it stay"""
    made = blocked_times.block(NewBlockedTime(**wanted), host_id=host().host_id, actor=actor())
    return Made(made, url_for("api_blocked_times.get_blocked_time", blocked_time_id=made.public_id))


@blueprint.operation(
    "GET",
    "/blocked-times/<uuid:blocked_time_id>",
    Access.READ,
    answer=schemas.BlockedTime,
    example=examples.BLOCKED_TIME,
)
def get_blocked_time(blocked_time_id: uuid.UUID) -> BlockedTimeView:
    """Blocked time"""
    return blocked_times.blocked_time(blocked_time_id, host_id=host().host_id)


@blueprint.operation(
    "DELETE", "/blocked-times/<uuid:blocked_time_id>", Access.WRITE, status=204, matches=get_blocked_time
)
def delete_blocked_time(blocked_time_id: uuid.UUID) -> None:
    """Open blocked time again"""
    blocked_times.unblock(blocked_time_id, host_id=host().host_id, actor=actor())
