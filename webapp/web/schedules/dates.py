"""Date overrides: a month to choose dates from, a form for one or several dates, and a list of the overrides."""

from datetime import timedelta
from typing import Any

from flask import Response, flash, make_response, render_template, request

from webapp.domain.errors import Invalid
from webapp.services.schedules import schedules
from webapp.web.schedules.blueprint import blueprint
from webapp.web.schedules.dates_form import DatesForm
from webapp.web.schedules.dates_month import coming_overrides, month_of_dates, month_of_text
from webapp.web.schedules.frame import Frame, preview_values, refresh_preview, schedule_frame
from webapp.web.shared import htmx
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment

TEMPLATE = "availability/dates.html"


@blueprint.get("/<int:schedule_id>/dates")
@host_required
def dates(schedule_id: int) -> Response:
    """Query: `month` is the month to show; `on` and optionally `until` are the selected dates."""
    frame = schedule_frame("dates", schedule_id)
    return _page(frame, DatesForm.of_query(request.args, frame.content))


@blueprint.post("/<int:schedule_id>/dates")
@host_required
def save_dates(schedule_id: int) -> Any:
    frame = schedule_frame("dates", schedule_id)
    form = DatesForm.typed(request.form).with_faults(frame.content)
    if not form.is_right or not (form := _save(form, frame)).is_right:
        return _page(frame, form, status=422)
    said = form.said()
    if htmx.wants_fragment():
        after = schedule_frame("dates", schedule_id)
        return _page(after, DatesForm.none(form.on), said=said)
    flash(said, "success")
    return htmx.see_other(frame.url("dates", month=month_of_text(form.on, frame.content)))


@blueprint.post("/<int:schedule_id>/dates/draft")
@host_required
def draft_dates(schedule_id: int) -> Any:
    """Show the form again with a window added or removed; nothing is saved."""
    frame = schedule_frame("dates", schedule_id)
    form = DatesForm.typed(request.form).changed(request.form.get("do", ""))
    if not htmx.wants_fragment():
        return _page(frame, form)
    return refresh_preview(page_or_fragment(TEMPLATE, "dates_form", frame=frame, form=form))


@blueprint.post("/<int:schedule_id>/dates/preview")
@host_required
def preview_dates(schedule_id: int) -> Any:
    frame = schedule_frame("dates", schedule_id)
    form = DatesForm.typed(request.form)
    if not htmx.wants_fragment():
        return _page(frame, form)
    body = render_template("availability/dates_preview.html", form=form, **_preview(frame, form))
    return htmx.vary(make_response(body))


def _save(form: DatesForm, frame: Frame) -> DatesForm:
    host_id, actor = current_host().id, current_actor()
    try:
        schedules.revise_schedule(form.revised, host_id=host_id, schedule_id=frame.current.id, actor=actor)
    except Invalid as refusal:
        return form.refused([message for messages in refusal.errors.values() for message in messages])
    return form


def _page(frame: Frame, form: DatesForm, *, status: int = 200, said: str = "") -> Response:
    month = month_of_dates(frame, form, request.values.get("month", ""))
    values = {"month": month, "coming": coming_overrides(frame), "said": said} | _preview(frame, form)
    return page_or_fragment(TEMPLATE, "editor", status=status, frame=frame, form=form, **values)


def _preview(frame: Frame, form: DatesForm) -> dict[str, Any]:
    """The two-week preview, starting with the week of the first selected date."""
    first = form.days[0] - timedelta(days=form.days[0].weekday()) if form.is_shown and form.days else None
    return preview_values(frame, form.revised(frame.content), first)
