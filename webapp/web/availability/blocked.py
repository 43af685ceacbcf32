"""Blocked time: vacations and the like, for all schedules of the host."""

import uuid
from datetime import date, datetime
from typing import Any

from flask import Response, flash, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, StringField, TimeField
from wtforms.validators import InputRequired, Optional, ValidationError

from webapp.domain import text
from webapp.domain.errors import Invalid
from webapp.domain.instants import closing, opening, to_datetime
from webapp.services import blocked_times
from webapp.services.blocked_times import LONGEST_NOTE, BlockedTimeView, NewBlockedTime
from webapp.web import htmx
from webapp.web.availability.blueprint import blueprint
from webapp.web.availability.frame import frame
from webapp.web.calendar.period import FIRST_YEAR, LAST_YEAR
from webapp.web.dates import format_span, local_day
from webapp.web.fields import Text
from webapp.web.fragments import page_or_fragment
from webapp.web.guards import current_actor, current_host, host_required
from webapp.web.i18n import format_range

TEMPLATE = "availability/blocked.html"


class BlockedTimeForm(FlaskForm):  # type: ignore[misc]
    """From a date to a date, in the host's zone; without times whole days."""

    from_date = DateField(_l("First day"), validators=[InputRequired(_l("Choose a date."))])
    from_time = TimeField(_l("From"), validators=[Optional()])
    to_date = DateField(_l("Last day"), validators=[Optional()])
    to_time = TimeField(_l("Until"), validators=[Optional()])
    note = StringField(
        _l("Note"),
        description=_l("Only you see it."),
        validators=[Text(text.line, LONGEST_NOTE, required=False)],
    )

    def validate_from_date(self, field: Any) -> None:
        if field.data and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
            raise ValidationError(gettext("Choose a date that is nearer."))

    def validate_to_date(self, field: Any) -> None:
        if field.data and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
            raise ValidationError(gettext("Choose a date that is nearer."))
        if field.data and self.from_date.data and field.data < self.from_date.data:
            raise ValidationError(gettext("This is before the first day."))

    def validate_to_time(self, field: Any) -> None:
        same_day = self.from_date.data and self.to_date.data in (None, self.from_date.data)
        if field.data and self.from_time.data and same_day and field.data <= self.from_time.data:
            raise ValidationError(gettext("This is not after the start."))

    def blocked_time(self, time_zone: str) -> NewBlockedTime:
        """Of a form that is valid. A time that comes twice blocks both; a last day without a time is whole."""
        last = self.to_date.data or self.from_date.data
        start = opening(time_zone, self.from_date.data, _minute(self.from_time.data, 0))
        ends_day = self.to_time.data is None
        end = opening(time_zone, last, 1440) if ends_day else closing(time_zone, last, _minute(self.to_time.data, 0))
        return NewBlockedTime(start=to_datetime(start), end=to_datetime(end), note=self.note.data or "")


@blueprint.get("/blocked")
@host_required
def blocked() -> Response:
    return _page(BlockedTimeForm(formdata=None), 200)


@blueprint.post("/blocked")
@host_required
def block() -> Any:
    form = BlockedTimeForm()
    made = _made(form) if form.validate() else None
    if made is None:
        return _page(form, 422)
    return _done(_said(made))


@blueprint.get("/blocked/<uuid:public_id>/delete")
@host_required
def confirm_unblock(public_id: uuid.UUID) -> Response:
    found = blocked_times.blocked_time(public_id, host_id=current_host().id)
    return page_or_fragment("availability/unblock.html", "panel", blocked=found, when=when(found))


@blueprint.post("/blocked/<uuid:public_id>/delete")
@host_required
def unblock(public_id: uuid.UUID) -> Any:
    blocked_times.unblock(public_id, host_id=current_host().id, actor=current_actor())
    return _done(gettext("Deleted. Guests can book this time again."))


def when(blocked: BlockedTimeView) -> str:
    """Dates alone where they are whole, in the host's zone."""
    zone = current_host().time_zone
    first, last = local_day(blocked.start, zone), local_day(blocked.end, zone)
    if _is_day_start(blocked.start, first) and _is_day_start(blocked.end, last):
        return format_span(first, date.fromordinal(last.toordinal() - 1))
    return format_range(blocked.start, blocked.end, zone)


def _is_day_start(moment: datetime, day: date) -> bool:
    return moment == to_datetime(opening(current_host().time_zone, day, 0))


def _made(form: BlockedTimeForm) -> BlockedTimeView | None:
    host = current_host()
    try:
        return blocked_times.block(form.blocked_time(host.time_zone), host_id=host.id, actor=current_actor())
    except Invalid as refusal:
        field = form.to_time if form.to_time.data else form.to_date if form.to_date.data else form.from_date
        if "end" in refusal.errors:
            field.errors = [gettext("This has passed, or is more than five years ahead.")]
        form.form_errors += refusal.errors.get("", [])
        return None


def _said(made: BlockedTimeView) -> str:
    text = gettext("Blocked: %(when)s.", when=when(made))
    inside = len(made.bookings)
    if not inside:
        return text
    stay = ngettext("One meeting lies inside and stays.", "%(num)s meetings lie inside and stay.", inside)
    return f"{text} {stay}"


def _done(said: str) -> Any:
    if htmx.wants_fragment():
        return _page(BlockedTimeForm(formdata=None), 200, said=said)
    flash(said, "success")
    return htmx.see_other(url_for("availability.blocked"))


def _page(form: BlockedTimeForm, status: int, said: str = "") -> Response:
    host = current_host()
    coming = [(one, when(one)) for one in blocked_times.blocked_times(host.id)]
    values = {"form": form, "coming": coming, "host": host, "said": said}
    return page_or_fragment(TEMPLATE, "editor", status=status, frame=frame("blocked"), **values)


def _minute(moment: Any, default: int) -> int:
    return default if moment is None else moment.hour * 60 + moment.minute
