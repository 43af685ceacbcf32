"""One slot: publishing, showing and deleting it."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext

from webapp.core.http_status import status_of
from webapp.domain.availability.instants import day_start, to_datetime
from webapp.domain.dates import parsed_date, parsed_instant
from webapp.domain.errors import SlotBooked
from webapp.services.calendar import calendar
from webapp.services.slots import slots
from webapp.services.slots.plans import BatchOverlaps, BatchRefused
from webapp.services.slots.slots import active_event_types
from webapp.services.slots.views import SlotView
from webapp.web.calendar.blueprint import blueprint
from webapp.web.calendar.entries import entry
from webapp.web.calendar.forms import CLASHES, SlotForm, slot_values
from webapp.web.shared import htmx
from webapp.web.shared.dates import local_day
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment
from webapp.web.shared.i18n import format_range

FIRST_HOUR = timedelta(hours=9)


@blueprint.get("/slots/new")
@host_required
def new_slot() -> Response:
    return _form_page(_form(_start_of_query()), 200)


@blueprint.post("/slots/new")
@host_required
def publish_slot() -> Any:
    form = _form()
    if not form.validate_on_submit():
        return _form_page(form, 422)
    try:
        [slot] = slots.publish([form.new_slot()], host_id=current_host().id, actor=current_actor())
    except (BatchRefused, BatchOverlaps) as refusal:
        form.time.errors = [CLASHES[clash.error] for clash in refusal.clashes]
        return _form_page(form, status_of(refusal))
    return _published(slot)


@blueprint.get("/slots/<uuid:public_id>")
@host_required
def slot(public_id: uuid.UUID) -> Response:
    return _slot_page(public_id, 200)


@blueprint.get("/slots/<uuid:public_id>/delete")
@host_required
def confirm_delete(public_id: uuid.UUID) -> Response:
    host = current_host()
    slot = calendar.calendar_slot(public_id, host_id=host.id)
    values: dict[str, Any] = {"slot": slot.slot, "entry": entry(slot, host.time_zone), "host": host}
    return page_or_fragment("calendar/slot_delete.html", "panel", **values)


@blueprint.post("/slots/<uuid:public_id>/delete")
@host_required
def delete_slot(public_id: uuid.UUID) -> Any:
    host = current_host()
    slot = calendar.calendar_slot(public_id, host_id=host.id).slot
    try:
        slots.withdraw(public_id, host_id=host.id, actor=current_actor())
    except SlotBooked:
        return _slot_page(public_id, 409, was_booked=True)
    text = gettext("Deleted: %(when)s", when=format_range(slot.start, slot.end, host.time_zone))
    return _changed(text, slot)


def _form(start: datetime | None = None, *, duration: str | None = None) -> SlotForm:
    """The form as submitted, or filled in for `start`."""
    host = current_host()
    event_types = active_event_types(host.id)
    if start is None:
        return SlotForm(event_types, time_zone=host.time_zone)
    values = slot_values(start, host.time_zone) | {"duration": duration}
    return SlotForm(event_types, formdata=None, time_zone=host.time_zone, data=values)


def _form_page(form: SlotForm, status: int, **values: Any) -> Response:
    return page_or_fragment("calendar/slot_new.html", "panel", status=status, form=form, host=current_host(), **values)


def _slot_page(public_id: uuid.UUID, status: int, **values: Any) -> Response:
    host = current_host()
    slot = calendar.calendar_slot(public_id, host_id=host.id)
    values |= {"slot": slot.slot, "bookings": slot.bookings, "entry": entry(slot, host.time_zone), "host": host}
    return page_or_fragment("calendar/slot.html", "panel", status=status, **values)


def _published(slot: SlotView) -> Any:
    """For htmx, the form again with the time after this slot; otherwise a redirect to the week that shows the slot."""
    host = current_host()
    when = format_range(slot.start, slot.end, host.time_zone)
    if not htmx.wants_fragment():
        return _changed(gettext("Published: %(when)s", when=when), slot)
    form = _form(slot.end, duration=request.form["duration"])
    return htmx.trigger(_form_page(form, 200, published=when), calendar_changed=None)


def _changed(text: str, slot: SlotView) -> Any:
    """Show a message: on the page of the slot's week, or for htmx in an empty panel while the calendar reloads."""
    if htmx.wants_fragment():
        return htmx.trigger(page_or_fragment("calendar/done.html", "panel", text=text), calendar_changed=None)
    flash(text, "success")
    return htmx.see_other(url_for("calendar.week", on=local_day(slot.start, current_host().time_zone)))


def _start_of_query() -> datetime:
    """The start from the query: an instant (from a click on a time) or a date; by default the next full hour."""
    zone, now = current_host().time_zone, datetime.now(UTC)
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if start := parsed_instant(request.args.get("start", "")):
        return start
    day = parsed_date(request.args.get("on", ""))
    return max(hour, to_datetime(day_start(zone, day)) + FIRST_HOUR) if day else hour
