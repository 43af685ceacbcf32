"""The calendar page: four views at one URL."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext, ngettext

from webapp.core.extensions import site
from webapp.services.accounts.accounts import Account
from webapp.services.calendar import calendar
from webapp.services.calendar.calendar import open_hours
from webapp.web.calendar.blueprint import blueprint
from webapp.web.calendar.month import Month, month_grid
from webapp.web.calendar.period import Period, View, read_period
from webapp.web.calendar.week import Week, clock_changes, list_days, week_grid
from webapp.web.shared.dates import first_weekday, format_span
from webapp.web.shared.guards import current_host, host_required
from webapp.web.shared.htmx import page_or_fragment
from webapp.web.shared.i18n import format_day, format_month

TEMPLATE = "calendar/week.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything that the template shows. Depending on the view, one of `week`, `month` and `agenda` is set."""

    period: Period
    heading: str
    summary: str
    changes: list[tuple[date, bool]]
    public_url: str
    is_new_host: bool
    has_whole_days: bool
    week: Week | None = None
    month: Month | None = None
    agenda: list[Any] | None = None

    def url(self, **changes: Any) -> str:
        """The URL of this page with some of its parameters changed."""
        hours = "all" if self.has_whole_days else None
        chosen: dict[str, Any] = {"view": self.period.view, "on": self.period.on, "hours": hours}
        return url_for("calendar.week", **(chosen | changes))


@blueprint.get("")
@host_required
def week() -> Response:
    return page_or_fragment(TEMPLATE, "calendar", page=_page(current_host()))


@blueprint.get("/grid")
@host_required
def grid() -> Response:
    """Only the grid, which the page reloads when something has changed."""
    return page_or_fragment(TEMPLATE, "grid", page=_page(current_host()))


def _page(host: Account) -> Page:
    query = request.args
    period = read_period(
        query.get("view", ""), query.get("on", ""), time_zone=host.time_zone, first_weekday=first_weekday()
    )
    views = _month(host, period) if period.view is View.MONTH else _slots(host, period)
    return Page(
        period=period,
        heading=_heading(period),
        changes=clock_changes(period) if period.view is not View.MONTH else [],
        public_url=site.url(f"/{host.slug}"),
        has_whole_days=query.get("hours") == "all",
        is_new_host=views.pop("is_empty") and not calendar.has_slots(host.id),
        **views,
    )


def _slots(host: Account, period: Period) -> dict[str, Any]:
    slots = calendar.calendar_slots(host.id, period.start, period.end)
    booked = sum(bool(slot.bookings) for slot in slots)
    values: dict[str, Any] = {"summary": _summary(booked, len(slots) - booked), "is_empty": not slots}
    if period.view is View.AGENDA:
        return values | {"agenda": list_days(period, slots)}
    hours = open_hours(host.id, period.start, period.end)
    return values | {"week": week_grid(period, slots, hours, whole_days=request.args.get("hours") == "all")}


def _month(host: Account, period: Period) -> dict[str, Any]:
    counts = calendar.day_counts(host.id, host.time_zone, period.first, period.days)
    booked, available = (sum(column) for column in zip((0, 0), *counts.values(), strict=True))
    return {"month": month_grid(period, counts), "summary": _summary(booked, available), "is_empty": not counts}


def _summary(booked: int, free: int) -> str:
    """The announcement for screen readers when another period is shown."""
    return gettext(
        "%(booked)s, %(free)s",
        booked=ngettext("%(num)s booked time", "%(num)s booked times", booked),
        free=ngettext("%(num)s free time", "%(num)s free times", free),
    )


def _heading(period: Period) -> str:
    if period.view is View.MONTH:
        return format_month(period.on)
    return format_day(period.on) if period.view is View.DAY else format_span(period.first, period.last)
