"""The page and form for a schedule's weekly hours, name, time zone and first day of the week."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField

from webapp.domain import text
from webapp.domain.availability.windows import DayWindow, Window
from webapp.domain.errors import Invalid, NameTaken
from webapp.services.schedules import schedules
from webapp.services.schedules.content import LONGEST_NAME, ScheduleContent
from webapp.web.schedules.blueprint import blueprint
from webapp.web.schedules.frame import Frame, preview_values, refresh_preview, schedule_frame, weekday_names
from webapp.web.schedules.windows import USUAL, Rows, index_of
from webapp.web.shared import htmx
from webapp.web.shared.fields import Text, TimeZoneField
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment

TEMPLATE = "availability/hours.html"


WORKING_DAYS = range(5)


@dataclass(frozen=True, slots=True)
class Day:
    """`weekday`: Monday = 0. A closed day may keep its rows, so that they are there when it is opened again."""

    weekday: int
    is_open: bool
    rows: Rows

    def opened(self) -> "Day":
        """A copy with the default window added if the day is open and has none."""
        return replace(self, rows=Rows.of([USUAL])) if self.is_open and not self.rows.rows else self


@dataclass(frozen=True, slots=True)
class Week:
    """`days`: Monday first."""

    days: tuple[Day, ...]

    @classmethod
    def of(cls, weekly_hours: Iterable[Window]) -> "Week":
        windows: list[list[DayWindow]] = [[] for _ in range(7)]
        for window in weekly_hours:
            windows[window.weekday].append(DayWindow(window.start_minute, window.end_minute))
        return cls(tuple(Day(number, bool(found), Rows.of(found)) for number, found in enumerate(windows)))

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> "Week":
        """Read from the fields `open` (one weekday each) and `start.0`, `end.0` to `start.6`, `end.6`."""
        is_open = set(form.getlist("open"))
        return cls(tuple(Day(number, str(number) in is_open, Rows.typed(form, f".{number}")) for number in range(7)))

    @property
    def weekly_hours(self) -> tuple[Window, ...]:
        return tuple(
            Window(day.weekday, window.start_minute, window.end_minute)
            for day in self.days
            if day.is_open
            for window in sorted(day.rows.windows, key=lambda window: window.start_minute)
        )

    @property
    def is_valid(self) -> bool:
        return not any(day.rows.error for day in self.days)

    @property
    def is_empty(self) -> bool:
        return not any(day.is_open for day in self.days)

    def with_faults(self) -> "Week":
        return Week(tuple(replace(day, rows=day.rows.with_faults()) if day.is_open else day for day in self.days))

    def changed(self, command: str, form: MultiDict[str, str]) -> "Week":
        """A copy as changed by a button: `add.0`, `remove.0.1`, `copy.0` (to the days in `to.0`) or `fill`."""
        action, *places = command.split(".")
        numbers = [index_of(place) for place in places]
        if action == "fill":
            return self._filled()
        if action == "copy" and len(numbers) == 1 and numbers[0] < 7:
            return self._copied(numbers[0], [index_of(day) for day in form.getlist(f"to.{numbers[0]}")])
        return Week(tuple(_changed(day, action, numbers).opened() for day in self.days))

    def _filled(self) -> "Week":
        usual = Rows.of([USUAL])
        return Week(tuple(Day(day.weekday, True, usual) if day.weekday in WORKING_DAYS else day for day in self.days))

    def _copied(self, origin: int, targets: Sequence[int]) -> "Week":
        source = self.days[origin]
        return Week(tuple(replace(source, weekday=d.weekday) if d.weekday in targets else d for d in self.days))


def _changed(day: Day, action: str, numbers: Sequence[int]) -> Day:
    if numbers[:1] != [day.weekday]:
        return day
    if action == "add":
        return Day(day.weekday, True, day.rows.added() if day.is_open else Rows.of([USUAL]))
    if action == "remove" and len(numbers) > 1:
        rows = day.rows.removed(numbers[1])
        return Day(day.weekday, day.is_open and bool(rows.rows), rows)
    return day


class HoursForm(FlaskForm):  # type: ignore[misc]
    """`week` is not a WTForms field: windows are rows of plain inputs (see windows.py)."""

    name = StringField(_l("Name of this schedule"), validators=[Text(text.line, LONGEST_NAME)])
    time_zone = TimeZoneField(_l("Time zone"), description=_l("All hours and dates of this schedule are in this zone."))
    week_start = SelectField(
        _l("First day of the week"), coerce=int, description=_l("Limits per week count from this day on.")
    )

    def __init__(self, content: ScheduleContent) -> None:
        super().__init__(obj=content)
        self.week_start.choices = list(weekday_names().items())
        self.week = Week.typed(request.form) if self.is_submitted() else Week.of(content.weekly_hours)

    def is_right(self) -> bool:
        """Whether the form can be saved; marks its errors if not."""
        self.week = self.week.with_faults()
        return bool(self.validate()) and self.week.is_valid

    def revised(self, content: ScheduleContent) -> ScheduleContent:
        """The content with the values entered in this form."""
        fields = {name: self[name].data for name in ("name", "time_zone", "week_start")}
        return replace(content, weekly_hours=self.week.weekly_hours, **fields)

    def draft(self, content: ScheduleContent) -> ScheduleContent:
        """Like `revised`, but for an unfinished form: invalid windows are left out, and if a field is invalid, only the
        weekly hours change."""
        if self.errors or not self.validate():
            return replace(content, weekly_hours=self.week.weekly_hours)
        return self.revised(content)

    def days(self) -> list[tuple[Day, str]]:
        """(day, name), starting with the first day of the week chosen in the form."""
        names = weekday_names()
        first = self.week_start.data or 0
        return [(self.week.days[number % 7], names[number % 7]) for number in range(first, first + 7)]


@blueprint.get("", defaults={"schedule_id": None})
@blueprint.get("/<int:schedule_id>")
@host_required
def hours(schedule_id: int | None) -> Response:
    frame = schedule_frame("hours", schedule_id)
    return _page(frame, HoursForm(frame.content))


@blueprint.post("/<int:schedule_id>")
@host_required
def save_hours(schedule_id: int) -> Any:
    frame = schedule_frame("hours", schedule_id)
    form = HoursForm(frame.content)
    if not (form.is_right() and _save(form, frame)):
        return _page(frame, form, status=422)
    said = gettext("Saved. This is what guests can book from now on.")
    if htmx.wants_fragment():
        return _page(schedule_frame("hours", schedule_id), form, said=said)
    flash(said, "success")
    return htmx.see_other(frame.url("hours"))


@blueprint.post("/<int:schedule_id>/hours/draft")
@host_required
def draft_hours(schedule_id: int) -> Any:
    """Show the form again after windows were added, removed or copied, or days opened or closed; nothing is saved."""
    frame = schedule_frame("hours", schedule_id)
    form = HoursForm(frame.content)
    command = request.form.get("do", "")
    form.week = form.week.changed(command, request.form)
    if not htmx.wants_fragment():
        return _page(frame, form)
    focus_day = index_of(command.partition(".")[2].partition(".")[0] or "0")
    return refresh_preview(page_or_fragment(TEMPLATE, "hours", frame=frame, form=form, focus_day=focus_day))


@blueprint.post("/<int:schedule_id>/hours/preview")
@host_required
def preview_hours(schedule_id: int) -> Any:
    frame = schedule_frame("hours", schedule_id)
    form = HoursForm(frame.content)
    if not htmx.wants_fragment():
        return _page(frame, form)
    values = preview_values(frame, form.draft(frame.content))
    return htmx.vary(make_response(render_template("availability/hours_preview.html", form=form, **values)))


def _save(form: HoursForm, frame: Frame) -> bool:
    host_id, actor = current_host().id, current_actor()
    try:
        schedules.revise_schedule(form.revised, host_id=host_id, schedule_id=frame.current.id, actor=actor)
    except NameTaken:
        form.name.errors = [gettext("You have another schedule of this name.")]
    except Invalid as refusal:
        form.form_errors += [message for messages in refusal.errors.values() for message in messages]
    return not form.errors


def _page(frame: Frame, form: HoursForm, *, status: int = 200, said: str = "") -> Response:
    content = form.draft(frame.content) if form.is_submitted() else frame.content
    values = preview_values(frame, content)
    return page_or_fragment(TEMPLATE, "editor", status=status, frame=frame, form=form, said=said, **values)
