"""The form for one date or several consecutive dates: a day off, different hours, or the weekly hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.domain.availability.instants import instant, local_date
from webapp.domain.availability.windows import DayWindow
from webapp.domain.dates import parsed_date
from webapp.services.schedules.content import ScheduleContent
from webapp.web.schedules.frame import hours_text
from webapp.web.schedules.windows import USUAL, Rows, index_of
from webapp.web.shared.dates import format_span

OFF, HOURS, USUAL_HOURS = "off", "hours", "usual"
LONGEST_SPAN = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatesForm:
    """`on` and `until` (or ""): ISO dates, as typed; `kind`: "off", "hours" or "usual"; `errors`: field -> message.
    `is_shown` is False if no date is selected."""

    on: str = ""
    until: str = ""
    kind: str = OFF
    rows: Rows = field(default_factory=Rows)
    errors: Mapping[str, str] = field(default_factory=dict)
    is_shown: bool = True

    @classmethod
    def none(cls, on: str = "") -> "DatesForm":
        return cls(on=on, is_shown=False)

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> "DatesForm":
        kind = form.get("kind", OFF)
        return cls(
            on=form.get("on", ""),
            until=form.get("until", ""),
            kind=kind if kind in (OFF, HOURS, USUAL_HOURS) else OFF,
            rows=Rows.typed(form),
        )

    @classmethod
    def of_query(cls, query: MultiDict[str, str], content: ScheduleContent) -> "DatesForm":
        """Filled in with the current hours of the dates in the query. If they have no override yet, the default is the
        opposite of the usual hours: a day off for an open day, and hours for a closed one."""
        day, last = parsed_date(query.get("on", "")), parsed_date(query.get("until", ""))
        if day is None:
            return cls.none()
        usual = usual_windows(content, day)
        present = content.overrides.get(day)
        kind = (OFF if usual else HOURS) if present is None else (HOURS if present else OFF)
        return cls(
            on=day.isoformat(),
            until=last.isoformat() if last and last > day else "",
            kind=USUAL_HOURS if query.get("kind") == USUAL_HOURS else kind,
            rows=Rows.of(present or usual or (USUAL,)),
        )

    @property
    def is_right(self) -> bool:
        return not self.errors and not self.rows.error

    @property
    def days(self) -> Sequence[date]:
        """All dates from `on` to `until`; empty if they are invalid."""
        first = parsed_date(self.on)
        last = parsed_date(self.until) if self.until else first
        if first is None or last is None or not first <= last <= first + LONGEST_SPAN:
            return ()
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def with_faults(self, content: ScheduleContent) -> "DatesForm":
        """A copy with its errors marked."""
        first, last = parsed_date(self.on), parsed_date(self.until or self.on)
        errors: dict[str, str] = {}
        if first is None:
            errors["on"] = gettext("Choose a date.")
        elif last is None:
            errors["until"] = gettext("Choose a date, or leave this empty.")
        elif last < first:
            errors["until"] = gettext("This is before the first date.")
        elif last > first + LONGEST_SPAN:
            errors["until"] = gettext("A year at a time at most.")
        elif last < today_of(content):
            errors["until" if self.until else "on"] = gettext("This has passed.")
        return replace(self, errors=errors, rows=self.rows.with_faults() if self.kind == HOURS else self.rows)

    def changed(self, command: str) -> "DatesForm":
        """A copy as changed by a button of the form: `add` or `remove.0`."""
        action, _, place = command.partition(".")
        if action == "add":
            return replace(self, kind=HOURS, rows=self.rows.added())
        return replace(self, rows=self.rows.removed(index_of(place))) if action == "remove" else self

    def refused(self, messages: Sequence[str]) -> "DatesForm":
        return replace(self, errors={"on": " ".join(messages)})

    def revised(self, content: ScheduleContent) -> ScheduleContent:
        """The content with the overrides entered for these dates."""
        days = self.days if self.is_shown else ()
        overrides = {day: windows for day, windows in content.overrides.items() if day not in set(days)}
        if self.kind != USUAL_HOURS:
            windows = tuple(sorted(self.rows.windows, key=lambda one: one.start_minute)) if self.kind == HOURS else ()
            overrides |= dict.fromkeys(days, windows)
        return replace(content, overrides=dict(sorted(overrides.items())))

    def said(self) -> str:
        """A message that says what has been saved."""
        dates = format_span(self.days[0], self.days[-1])
        if self.kind == USUAL_HOURS:
            return gettext("Saved: %(dates)s as every week.", dates=dates)
        if self.kind == OFF:
            return gettext("Saved: %(dates)s off.", dates=dates)
        return gettext("Saved: %(dates)s, %(hours)s.", dates=dates, hours=hours_text(self.rows.windows))


def usual_windows(content: ScheduleContent, day: date) -> tuple[DayWindow, ...]:
    return tuple(
        DayWindow(window.start_minute, window.end_minute)
        for window in content.weekly_hours
        if window.weekday == day.weekday()
    )


def today_of(content: ScheduleContent) -> date:
    return local_date(content.time_zone, instant(datetime.now(UTC)))
