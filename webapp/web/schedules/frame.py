"""What the pages of a schedule have in common: its tabs, its sections, hours in words, and the preview beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from webapp.domain.availability import instants
from webapp.domain.availability.instants import to_datetime
from webapp.domain.availability.windows import MINUTES_OF_DAY, DayWindow
from webapp.domain.errors import NotFound
from webapp.services.availability.preview import schedule_preview
from webapp.services.schedules import schedules
from webapp.services.schedules.content import ScheduleContent, is_the_same
from webapp.services.schedules.schedules import ScheduleView
from webapp.web.schedules.blueprint import blueprint
from webapp.web.shared import htmx
from webapp.web.shared.dates import format_hour
from webapp.web.shared.guards import current_host
from webapp.web.shared.i18n import current_locale
from webapp.words import formats

SECTIONS = ("hours", "dates", "holidays")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """`schedule`: the current one; None on the page of blocked time. `section`: one of SECTIONS, or "blocked"."""

    schedules: tuple[ScheduleView, ...]
    schedule: ScheduleView | None
    section: str

    @property
    def tabs(self) -> Iterator[tuple[str, str, bool]]:
        for one in self.schedules:
            yield url_for("availability.hours", schedule_id=one.id), one.content.name, one is self.schedule
        yield url_for("availability.blocked"), gettext("Blocked time"), self.section == "blocked"

    @property
    def sections(self) -> Iterator[tuple[str, str, bool]]:
        names = gettext("Weekly hours"), gettext("Single dates"), gettext("Holidays")
        for section, name in zip(SECTIONS, names, strict=True):
            yield self.url(section), name, section == self.section

    def url(self, view: str, **values: Any) -> str:
        """Of a view of the current schedule."""
        return url_for(f"availability.{view}", schedule_id=self.current.id, **values)

    @property
    def current(self) -> ScheduleView:
        if self.schedule is None:
            raise LookupError("the page of blocked time shows no schedule")
        return self.schedule

    @property
    def content(self) -> ScheduleContent:
        return self.current.content


def schedule_frame(section: str, schedule_id: int | None = None) -> Frame:
    """Of the host's schedule, without an id the default. Raises NotFound for another host's."""
    all_schedules = tuple(schedules.host_schedules(current_host().id))
    if section == "blocked":
        return Frame(schedules=all_schedules, schedule=None, section=section)
    for one in all_schedules:
        if one.id == schedule_id or (schedule_id is None and one.is_default):
            return Frame(schedules=all_schedules, schedule=one, section=section)
    raise NotFound


def preview_values(frame: Frame, content: ScheduleContent, first: date | None = None) -> dict[str, Any]:
    """For the preview's templates: the times of the event type that the request names, if the schedule had this
    content. `first`: the first date, today by default."""
    host_id, schedule_id, event_type = current_host().id, frame.current.id, request.values.get("event_type", "")
    preview = schedule_preview(content, host_id=host_id, schedule_id=schedule_id, event_type=event_type, first=first)
    return {"preview": preview, "is_draft": not is_the_same(content, frame.content)}


def refresh_preview(response: Any) -> Any:
    """The form has changed, though nothing is saved: tells the preview beside it to fetch itself."""
    return htmx.trigger(response, schedule_drafted=None)


def hours_text(windows: Iterable[DayWindow]) -> str:
    """`9 AM - 12 PM, 1 PM - 5 PM`, in the reader's format."""
    return ", ".join(f"{format_hour(one.start_minute)}{formats.RANGE}{_end(one)}" for one in windows)


def _end(window: DayWindow) -> str:
    if window.end_minute % MINUTES_OF_DAY == 0:
        return gettext("midnight")
    if window.end_minute <= window.start_minute:
        return gettext("%(time)s next day", time=format_hour(window.end_minute))
    return format_hour(window.end_minute)


def weekday_names() -> dict[int, str]:
    """Monday = 0."""
    names: dict[int, str] = current_locale().days["stand-alone"]["wide"]
    return {number: names[number] for number in range(7)}


@blueprint.app_template_global()
def clock_span(start: int, end: int, time_zone: str) -> str:
    """`9 AM - 5 PM` of two instants in Unix seconds."""
    return f"{_clock(start, time_zone)}{formats.RANGE}{_clock(end, time_zone, midnight=gettext('midnight'))}"


def _clock(moment: int, time_zone: str, *, midnight: str = "") -> str:
    local = to_datetime(moment).astimezone(instants.zone(time_zone))
    minute = local.hour * 60 + local.minute
    return midnight if midnight and minute == 0 else format_hour(minute)
