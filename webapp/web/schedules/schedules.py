"""Named schedules: create one, choose the default, delete one that nothing uses."""

from dataclasses import replace
from typing import Any

from flask import Response, flash, make_response, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField

from webapp.domain import text
from webapp.domain.errors import Invalid, NameTaken
from webapp.services.schedules import schedules
from webapp.services.schedules.content import LONGEST_NAME, ScheduleContent
from webapp.services.schedules.schedules import ScheduleInUse
from webapp.web.schedules.blueprint import blueprint
from webapp.web.schedules.frame import Frame, schedule_frame
from webapp.web.shared import htmx
from webapp.web.shared.fields import Text
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment


class NewScheduleForm(FlaskForm):  # type: ignore[misc]
    name = StringField(_l("Name"), description=_l("Only you see it."), validators=[Text(text.line, LONGEST_NAME)])
    start = SelectField(_l("Start with"), default="", validate_choice=False)

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        copies = [(str(one.id), gettext("A copy of “%(name)s”", name=one.content.name)) for one in frame.schedules]
        self.start.choices = [("", gettext("No hours yet")), *copies]
        self.contents = {str(one.id): one.content for one in frame.schedules}

    def content(self) -> ScheduleContent:
        """Content for the new schedule, if the form is valid: a copy of another one, or empty hours in the host's time
        zone."""
        name = self.name.data
        origin = self.contents.get(self.start.data)
        return replace(origin, name=name) if origin else ScheduleContent(name=name, time_zone=current_host().time_zone)


@blueprint.get("/new")
@host_required
def new_schedule() -> Response:
    return _new_page(NewScheduleForm(schedule_frame("hours")), 200)


@blueprint.post("/new")
@host_required
def create_schedule() -> Any:
    form = NewScheduleForm(schedule_frame("hours"))
    schedule_id = _create(form) if form.validate() else None
    if schedule_id is None:
        return _new_page(form, 422)
    flash(gettext("Made. Choose it in an event type to offer its hours there."), "success")
    return htmx.see_other(url_for("availability.hours", schedule_id=schedule_id))


@blueprint.post("/<int:schedule_id>/default")
@host_required
def make_default(schedule_id: int) -> Any:
    schedules.make_default(schedule_id, host_id=current_host().id, actor=current_actor())
    flash(gettext("Event types that choose no schedule follow this one now."), "success")
    return htmx.see_other(url_for("availability.hours", schedule_id=schedule_id))


@blueprint.get("/<int:schedule_id>/delete")
@host_required
def confirm_delete(schedule_id: int) -> Response:
    return _delete_page(schedule_id, 200)


@blueprint.post("/<int:schedule_id>/delete")
@host_required
def delete_schedule(schedule_id: int) -> Any:
    try:
        schedules.delete_schedule(schedule_id, host_id=current_host().id, actor=current_actor())
    except ScheduleInUse:
        return _delete_page(schedule_id, 409)
    flash(gettext("The schedule is deleted."), "success")
    return htmx.see_other(url_for("availability.hours"))


def _create(form: NewScheduleForm) -> int | None:
    try:
        return schedules.create_schedule(form.content(), host_id=current_host().id, actor=current_actor())
    except NameTaken:
        form.name.errors = [gettext("You have another schedule of this name.")]
    except Invalid as refusal:
        form.form_errors += [message for messages in refusal.errors.values() for message in messages]
    return None


def _new_page(form: NewScheduleForm, status: int) -> Response:
    return page_or_fragment("availability/new.html", "new", status=status, form=form)


def _delete_page(schedule_id: int, status: int) -> Response:
    """The page that asks for confirmation, or lists what uses the schedule."""
    frame = schedule_frame("hours", schedule_id)
    users = schedules.schedule_users(current_host().id, schedule_id)
    return make_response(render_template("availability/delete.html", frame=frame, users=users), status)
