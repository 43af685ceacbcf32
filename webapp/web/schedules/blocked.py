"""Blocked time, such as vacations. It applies to all of the host's schedules."""

import uuid
from datetime import timedelta
from typing import Any

from flask import Response, flash, render_template, url_for
from flask_babel import gettext, ngettext

from webapp.domain.errors import Invalid
from webapp.services.schedules import blocked_times
from webapp.services.schedules.blocked_times import BlockedTimeView
from webapp.web.schedules.blocked_form import BlockedTimeForm, is_day_start
from webapp.web.schedules.blueprint import blueprint
from webapp.web.schedules.frame import schedule_frame
from webapp.web.shared import htmx
from webapp.web.shared.dates import format_span, local_day
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment
from webapp.web.shared.i18n import format_range

TEMPLATE = "availability/blocked.html"


@blueprint.get("/blocked")
@host_required
def blocked() -> Response:
    return _page(_empty(), 200)


@blueprint.post("/blocked")
@host_required
def block() -> Any:
    form = BlockedTimeForm(current_host().time_zone)
    blocked = _save(form) if form.validate() else None
    if blocked is None:
        return _page(form, 422)
    return _done(_with_meetings(gettext("Blocked: %(when)s.", when=blocked_text(blocked)), blocked))


@blueprint.get("/blocked/<uuid:public_id>/edit")
@host_required
def edit_blocked(public_id: uuid.UUID) -> Response:
    return _page(BlockedTimeForm.of(_blocked_time(public_id), current_host().time_zone), 200)


@blueprint.post("/blocked/<uuid:public_id>/edit")
@host_required
def change_blocked(public_id: uuid.UUID) -> Any:
    form = BlockedTimeForm(current_host().time_zone, _blocked_time(public_id))
    changed = _save(form) if form.validate() else None
    if changed is None:
        return _page(form, 422)
    return _done(_with_meetings(gettext("Saved: %(when)s.", when=blocked_text(changed)), changed))


@blueprint.get("/blocked/<uuid:public_id>/delete")
@host_required
def confirm_unblock(public_id: uuid.UUID) -> str:
    blocked = _blocked_time(public_id)
    return render_template("availability/unblock.html", blocked=blocked, when=blocked_text(blocked))


@blueprint.post("/blocked/<uuid:public_id>/delete")
@host_required
def unblock(public_id: uuid.UUID) -> Any:
    blocked_times.unblock(public_id, host_id=current_host().id, actor=current_actor())
    return _done(gettext("Deleted. Guests can book this time again."))


def blocked_text(blocked: BlockedTimeView) -> str:
    """The period in the host's time zone; whole days are shown as dates without times."""
    zone = current_host().time_zone
    if is_day_start(blocked.start, zone) and is_day_start(blocked.end, zone):
        return format_span(local_day(blocked.start, zone), local_day(blocked.end, zone) - timedelta(days=1))
    return format_range(blocked.start, blocked.end, zone)


def _blocked_time(public_id: uuid.UUID) -> BlockedTimeView:
    return blocked_times.blocked_time(public_id, host_id=current_host().id)


def _empty() -> BlockedTimeForm:
    return BlockedTimeForm.empty(current_host().time_zone)


def _save(form: BlockedTimeForm) -> BlockedTimeView | None:
    """Save the blocked time; None if it is refused, with the reason added to the form."""
    whose: dict[str, Any] = {"host_id": current_host().id, "actor": current_actor()}
    try:
        if form.stored:
            return blocked_times.change_blocked_time(form.stored.public_id, form.blocked_time(), **whose)
        return blocked_times.block(form.blocked_time(), **whose)
    except Invalid as refusal:
        field = form.to_time if form.to_time.data else form.to_date if form.to_date.data else form.from_date
        if "end" in refusal.errors:
            field.errors = [gettext("This has passed, or is more than five years ahead.")]
        form.form_errors += refusal.errors.get("", [])
        return None


def _with_meetings(text: str, blocked: BlockedTimeView) -> str:
    inside = len(blocked.bookings)
    if not inside:
        return text
    stay = ngettext("One meeting lies inside and stays.", "%(num)s meetings lie inside and stay.", inside)
    return f"{text} {stay}"


def _done(said: str) -> Any:
    """The updated list at its own URL, with an empty form."""
    url = url_for("availability.blocked")
    if htmx.wants_fragment():
        return htmx.push_url(_page(_empty(), 200, said=said), url)
    flash(said, "success")
    return htmx.see_other(url)


def _page(form: BlockedTimeForm, status: int, said: str = "") -> Response:
    host = current_host()
    coming = [(one, blocked_text(one)) for one in blocked_times.blocked_times(host.id)]
    values = {"form": form, "coming": coming, "host": host, "said": said}
    return page_or_fragment(TEMPLATE, "editor", status=status, frame=schedule_frame("blocked"), **values)
