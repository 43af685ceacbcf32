"""What the pages of a schedule share: tabs, sections, the preview beside the form, and hours as text."""

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
    """`schedule`: the current one; None on the blocked time page. `section`: one of SECTIONS, or "blocked"."""

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
        """The URL of a view for the current schedule."""
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
    """The frame for one of the host's schedules; without an id, the default one. Raises NotFound if the schedule
    belongs to another host."""
    all_schedules = tuple(schedules.host_schedules(current_host().id))
    if section == "blocked":
        return Frame(schedules=all_schedules, schedule=None, section=section)
    for one in all_schedules:
        if one.id == schedule_id or (schedule_id is None and one.is_default):
            return Frame(schedules=all_schedules, schedule=one, section=section)
    raise NotFound


def preview_values(frame: Frame, content: ScheduleContent, first: date | None = None) -> dict[str, Any]:
    """Values for the preview's templates: the times that the event type named in the request would have if the schedule
    had this content. `first`: the first date, today by default."""
    host_id, schedule_id, event_type = current_host().id, frame.current.id, request.values.get("event_type", "")
    preview = schedule_preview(content, host_id=host_id, schedule_id=schedule_id, event_type=event_type, first=first)
    return {"preview": preview, "is_draft": not is_the_same(content, frame.content)}


def refresh_preview(response: Any) -> Any:
    """Add the header that makes the preview reload, because the form has changed (nothing is saved)."""
    return htmx.trigger(response, schedule_drafted=None)


def hours_text(windows: Iterable[DayWindow]) -> str:
    """`9 AM - 12 PM, 1 PM - 5 PM`, in the host's time format."""
    return ", ".join(f"{format_hour(one.start_minute)}{formats.RANGE}{_end(one)}" for one in windows)


def _end(window: DayWindow) -> str:
    if window.end_minute % MINUTES_OF_DAY == 0:
        return gettext("midnight")
    if window.end_minute <= window.start_minute:
        return gettext("%(time)s next day", time=format_hour(window.end_minute))
    return format_hour(window.end_minute)


def weekday_names() -> dict[int, str]:
    """Weekday number (Monday = 0) -> name."""
    names: dict[int, str] = current_locale().days["stand-alone"]["wide"]
    return {number: names[number] for number in range(7)}


@blueprint.app_template_global()
def clock_span(start: int, end: int, time_zone: str) -> str:
    """`9 AM - 5 PM` for two instants, in Unix seconds."""
    return f"{_clock(start, time_zone)}{formats.RANGE}{_clock(end, time_zone, midnight=gettext('midnight'))}"


def _clock(moment: int, time_zone: str, *, midnight: str = "") -> str:
    local = to_datetime(moment).astimezone(instants.zone(time_zone))
    minute = local.hour * 60 + local.minute
    return midnight if midnight and minute == 0 else format_hour(minute)
