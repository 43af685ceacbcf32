"""Publishing weeks of slots at once: describe them, preview them, and publish all of the selected ones or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext, ngettext

from webapp.core.http_status import status_of
from webapp.domain.dates import parsed_date, parsed_instant
from webapp.domain.errors import Invalid
from webapp.services.slots import slots
from webapp.services.slots.plans import BatchOverlaps, BatchRefused, NewSlot
from webapp.services.slots.slots import PlannedSlot, active_event_types
from webapp.web.calendar.blueprint import blueprint
from webapp.web.calendar.forms import SHORT_CLASHES, ManyForm, duration_label, durations, many_values
from webapp.web.shared import htmx
from webapp.web.shared.dates import local_day, weekday_choices
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment


@dataclass(frozen=True, slots=True)
class Preview:
    """The slots that would be published, by local date. The URLs keep the values of the form."""

    days: dict[date, list[PlannedSlot]]
    duration: str
    duration_label: str
    count: int
    clashes: int
    change_url: str
    publish_url: str


@blueprint.get("/slots/many")
@host_required
def many() -> Response:
    """The form, filled in from the query if there is one."""
    first_on = parsed_date(request.args.get("on", "")) or local_day(datetime.now(UTC), current_host().time_zone)
    is_filled = "weekdays" in request.args or "from_time" in request.args
    return _form_page(_form(None if is_filled else many_values(first_on)), 200)


@blueprint.get("/slots/many/preview")
@host_required
def preview_many() -> Response:
    form = _form()
    try:
        new = _planned(form) if form.validate() else []
    except Invalid as refusal:
        form.form_errors += refusal.errors[""]
    if form.errors:
        return _form_page(form, 422)
    return _preview_page(new, form.duration.data, 200)


@blueprint.post("/slots/many")
@host_required
def publish_many() -> Any:
    """Form fields, as sent by the preview: `start` (repeated) and `duration`."""
    duration = request.form.get("duration", "")
    new = _chosen(duration)
    if not new:
        flash(gettext("Choose at least one time."), "warning")
        return htmx.see_other(url_for("calendar.many"))
    try:
        made = slots.publish(new, host_id=current_host().id, actor=current_actor())
    except (BatchRefused, BatchOverlaps) as refusal:
        return _preview_page(new, duration, status_of(refusal), is_refused=True)
    flash(ngettext("%(num)s slot published.", "%(num)s slots published.", len(made)), "success")
    return htmx.see_other(url_for("calendar.week", on=local_day(made[0].start, current_host().time_zone)))


def _form(values: dict[str, Any] | None = None) -> ManyForm:
    event_types = active_event_types(current_host().id)
    form = ManyForm(event_types, formdata=None if values else request.args, data=values)
    form.weekdays.choices = weekday_choices()
    return form


def _planned(form: ManyForm) -> list[NewSlot]:
    return slots.planned_slots(form.plan(current_host().time_zone), form.event_type.slug)


def _chosen(duration: str) -> list[NewSlot]:
    """The selected slots. Raises Invalid for values that the preview cannot have sent."""
    event_type = durations(active_event_types(current_host().id)).get(duration)
    texts = request.form.getlist("start")
    starts = [start for text in texts if (start := parsed_instant(text))]
    if len(starts) < len(texts):
        raise Invalid({"start": [gettext("This is no time.")]})
    if event_type is None:
        raise Invalid({"duration": [gettext("You have no event type of this duration.")]})
    return [
        NewSlot(start=start, duration_minutes=event_type.duration_minutes, event_type=event_type.slug)
        for start in starts
    ]


def _form_page(form: ManyForm, status: int) -> Response:
    return page_or_fragment("calendar/many.html", "many", status=status, form=form, host=current_host())


def _preview_page(new: Sequence[NewSlot], duration: str, status: int, *, is_refused: bool = False) -> Response:
    host = current_host()
    planned = slots.publication_preview(new, host_id=host.id)
    days: dict[date, list[PlannedSlot]] = {}
    for one in planned:
        days.setdefault(local_day(one.start, host.time_zone), []).append(one)
    event_type = durations(active_event_types(host.id))[duration]
    clashes = sum(one.clash is not None for one in planned)
    typed: dict[str, Any] = request.args.to_dict(flat=False)
    urls = url_for("calendar.many", **typed), url_for("calendar.publish_many", **typed)
    preview = Preview(days, duration, duration_label(event_type), len(planned), clashes, *urls)
    values = {"preview": preview, "is_refused": is_refused, "host": host}
    words = {"short_clashes": SHORT_CLASHES}
    return page_or_fragment("calendar/many_preview.html", "many", status=status, **values, **words)
