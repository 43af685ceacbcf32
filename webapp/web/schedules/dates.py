"""Single dates that differ from the week: a month to choose them in, a form for one or several, a list of them."""

from datetime import timedelta
from typing import Any

from flask import Response, flash, make_response, render_template, request

from webapp.domain.errors import Invalid
from webapp.services.schedules import schedules
from webapp.web.schedules.blueprint import blueprint
from webapp.web.schedules.dates_form import DatesForm
from webapp.web.schedules.dates_month import asked_month, coming_overrides, month_of_dates
from webapp.web.schedules.frame import Frame, drafted, frame, previewed
from webapp.web.shared import htmx
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment

TEMPLATE = "availability/dates.html"


@blueprint.get("/<int:schedule_id>/dates")
@host_required
def dates(schedule_id: int) -> Response:
    """`month` to show; `on`, and perhaps `until`: what is chosen."""
    shown = frame("dates", schedule_id)
    return _page(shown, DatesForm.asked(request.args, shown.content))


@blueprint.post("/<int:schedule_id>/dates")
@host_required
def save_dates(schedule_id: int) -> Any:
    shown = frame("dates", schedule_id)
    form = DatesForm.typed(request.form).with_faults(shown.content)
    if not form.is_right or not (form := _saved(form, shown)).is_right:
        return _page(shown, form, status=422)
    said = form.said()
    if htmx.wants_fragment():
        after = frame("dates", schedule_id)
        return _page(after, DatesForm.none(form.on), said=said)
    flash(said, "success")
    return htmx.see_other(shown.url("dates", month=asked_month(form.on, shown.content)))


@blueprint.post("/<int:schedule_id>/dates/draft")
@host_required
def draft_dates(schedule_id: int) -> Any:
    """Windows added or removed: the form again, nothing stored."""
    shown = frame("dates", schedule_id)
    form = DatesForm.typed(request.form).changed(request.form.get("do", ""))
    if not htmx.wants_fragment():
        return _page(shown, form)
    return drafted(page_or_fragment(TEMPLATE, "dates_form", frame=shown, form=form))


@blueprint.post("/<int:schedule_id>/dates/preview")
@host_required
def preview_dates(schedule_id: int) -> Any:
    shown = frame("dates", schedule_id)
    form = DatesForm.typed(request.form)
    if not htmx.wants_fragment():
        return _page(shown, form)
    body = render_template("availability/dates_preview.html", form=form, **_preview(shown, form))
    return htmx.vary(make_response(body))


def _saved(form: DatesForm, shown: Frame) -> DatesForm:
    host_id, actor = current_host().id, current_actor()
    try:
        schedules.revise_schedule(form.revised, host_id=host_id, schedule_id=shown.shown.id, actor=actor)
    except Invalid as refusal:
        return form.refused([message for messages in refusal.errors.values() for message in messages])
    return form


def _page(shown: Frame, form: DatesForm, *, status: int = 200, said: str = "") -> Response:
    month = month_of_dates(shown, form, request.values.get("month", ""))
    values = {"month": month, "coming": coming_overrides(shown), "said": said} | _preview(shown, form)
    return page_or_fragment(TEMPLATE, "editor", status=status, frame=shown, form=form, **values)


def _preview(shown: Frame, form: DatesForm) -> dict[str, Any]:
    """The two weeks around what is chosen."""
    first = form.days[0] - timedelta(days=form.days[0].weekday()) if form.is_shown and form.days else None
    return previewed(shown, form.revised(shown.content), first)
