"""Public holidays on which a schedule is closed: a country, optionally a subdivision, and a switch for each holiday."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.domain.errors import Invalid
from webapp.services.schedules import schedules
from webapp.services.schedules.content import ScheduleContent
from webapp.services.schedules.holidays import (
    HOLIDAY_YEARS,
    Holiday,
    coming_holidays,
    countries,
    holiday_key,
    is_known,
    known_until,
    subdivisions,
)
from webapp.web.schedules.blueprint import blueprint
from webapp.web.schedules.dates_form import today_of
from webapp.web.schedules.frame import Frame, preview_values, refresh_preview, schedule_frame
from webapp.web.shared import htmx
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment
from webapp.web.shared.i18n import current_locale

TEMPLATE = "availability/holidays.html"
SHOWN = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class HolidaysForm:
    """`country` and `subdivision`: codes, or "" for none; `off`: names of the holidays on which the host works."""

    country: str
    subdivision: str
    off: frozenset[str]

    @classmethod
    def of(cls, content: ScheduleContent) -> "HolidaysForm":
        return cls(content.holiday_country or "", content.holiday_subdivision or "", content.holidays_off)

    @classmethod
    def typed(cls, form: MultiDict[str, str], content: ScheduleContent) -> "HolidaysForm":
        """`listed`: the holidays shown with a switch; `closed`: those whose switch is on. A holiday that was switched
        off but is not shown stays off until another country is chosen."""
        country, part = form.get("country", ""), form.get("subdivision", "")
        if not is_known(country, part):
            part = ""
        if country != form.get("listed_for", ""):
            return cls(country, part, frozenset())
        listed, closed = set(form.getlist("listed")), set(form.getlist("closed"))
        days_off = content.holidays_off if country == content.holiday_country else frozenset()
        unseen = {name for name in days_off if holiday_key(name) not in listed}
        unchanged = {name for name in days_off if holiday_key(name) in listed - closed}
        new = (listed - closed) - {holiday_key(name) for name in unchanged}
        return cls(country, part, frozenset(unseen | unchanged | new))

    @property
    def is_known(self) -> bool:
        return not self.country or is_known(self.country, self.subdivision)

    def revised(self, content: ScheduleContent) -> ScheduleContent:
        return replace(
            content,
            holiday_country=self.country or None,
            holiday_subdivision=self.subdivision or None,
            holidays_off=self.off,
        )

    def coming(self, content: ScheduleContent) -> list[tuple[Holiday, bool]]:
        """The holidays of the coming year, each with whether the schedule is closed on it."""
        if not self.country or not self.is_known:
            return []
        today, off = today_of(content), {holiday_key(name) for name in self.off}
        found = coming_holidays(self.country, self.subdivision or None, today, today + SHOWN)
        return [(holiday, holiday.name not in off) for holiday in found]

    def known_until(self, content: ScheduleContent) -> date | None:
        """The last date for which holidays are known; None if it is further ahead than bookings can be made."""
        return known_until(self.country or None, date(today_of(content).year + HOLIDAY_YEARS, 12, 31))

    @property
    def countries(self) -> list[tuple[str, str]]:
        names: Mapping[str, str] = current_locale().territories
        return sorted(((code, names.get(code, code)) for code in countries()), key=lambda country: country[1])

    @property
    def subdivisions(self) -> Mapping[str, str]:
        return subdivisions(self.country) if self.country and self.is_known else {}


@blueprint.get("/<int:schedule_id>/holidays")
@host_required
def holidays(schedule_id: int) -> Response:
    frame = schedule_frame("holidays", schedule_id)
    return _page(frame, HolidaysForm.of(frame.content))


@blueprint.post("/<int:schedule_id>/holidays")
@host_required
def save_holidays(schedule_id: int) -> Any:
    frame = schedule_frame("holidays", schedule_id)
    form = _form_of_request(frame)
    host_id, actor = current_host().id, current_actor()
    try:
        schedules.revise_schedule(form.revised, host_id=host_id, schedule_id=schedule_id, actor=actor)
    except Invalid:
        return _page(frame, form, status=422, error=gettext("Choose a country from the list."))
    if htmx.wants_fragment():
        return _page(schedule_frame("holidays", schedule_id), form, said=gettext("Saved."))
    flash(gettext("Saved."), "success")
    return htmx.see_other(frame.url("holidays"))


@blueprint.post("/<int:schedule_id>/holidays/draft")
@host_required
def draft_holidays(schedule_id: int) -> Any:
    """Show the holidays of another country or subdivision; nothing is saved."""
    frame = schedule_frame("holidays", schedule_id)
    form = _form_of_request(frame)
    if not htmx.wants_fragment():
        return _page(frame, form)
    return refresh_preview(page_or_fragment(TEMPLATE, "holidays", frame=frame, form=form))


@blueprint.post("/<int:schedule_id>/holidays/preview")
@host_required
def preview_holidays(schedule_id: int) -> Any:
    frame = schedule_frame("holidays", schedule_id)
    form = _form_of_request(frame)
    if not htmx.wants_fragment():
        return _page(frame, form)
    return htmx.vary(make_response(render_template("availability/preview.html", **_preview(frame, form))))


def _form_of_request(frame: Frame) -> HolidaysForm:
    return HolidaysForm.typed(request.form, frame.content)


def _page(frame: Frame, form: HolidaysForm, *, status: int = 200, **said: str) -> Response:
    values = _preview(frame, form) | said
    return page_or_fragment(TEMPLATE, "editor", status=status, frame=frame, form=form, **values)


def _preview(frame: Frame, form: HolidaysForm) -> dict[str, Any]:
    return preview_values(frame, form.revised(frame.content) if form.is_known else frame.content)
