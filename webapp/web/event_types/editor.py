"""Creating and editing an event type: one form, and a view that changes the rows of its questions."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext

from webapp.domain.errors import Invalid, SlugTaken
from webapp.services.event_types import event_types
from webapp.services.event_types.content import EventTypeContent
from webapp.services.schedules import schedules
from webapp.web.event_types.blueprint import blueprint
from webapp.web.event_types.forms import EventTypeForm
from webapp.web.event_types.questions import changed_rows
from webapp.web.event_types.words import QUESTION_KINDS
from webapp.web.shared import htmx
from webapp.web.shared.forms import refuse
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment
from webapp.web.shared.security import large_form

TEMPLATE = "event_types/edit.html"


@blueprint.get("/new")
@host_required
def new() -> Response:
    return _page(_form(None), None)


@blueprint.post("/new")
@large_form
@host_required
def create() -> Any:
    form = _form(None)
    content = form.content()
    if content is None or not _saved(form, None, content):
        return _page(form, None, status=422)
    flash(gettext("Made: %(title)s.", title=content.title), "success")
    return htmx.see_other(url_for("event_types.index"))


@blueprint.post("/new-questions")
@large_form
@host_required
def new_questions() -> Response:
    return _with_changed_rows(_form(None), None)


@blueprint.get("/<slug>/edit")
@host_required
def edit(slug: str) -> Response:
    return _page(_form(_stored(slug)), slug)


@blueprint.post("/<slug>/edit")
@large_form
@host_required
def change(slug: str) -> Any:
    form = _form(_stored(slug))
    content = form.content()
    if content is None or not _saved(form, slug, content):
        return _page(form, slug, status=422)
    flash(gettext("Saved: %(title)s.", title=content.title), "success")
    return htmx.see_other(url_for("event_types.index"))


@blueprint.post("/<slug>/questions")
@large_form
@host_required
def change_questions(slug: str) -> Response:
    return _with_changed_rows(_form(_stored(slug)), slug)


def _form(content: EventTypeContent | None) -> EventTypeForm:
    found = schedules.host_schedules(current_host().id)
    default = next((one.content.name for one in found if one.is_default), "")
    names = {"": gettext("The usual one: %(name)s", name=default)}
    return EventTypeForm(content, names | {str(one.id): one.content.name for one in found})


def _stored(slug: str) -> EventTypeContent:
    return event_types.host_event_type(current_host().id, slug).content


def _saved(form: EventTypeForm, slug: str | None, content: EventTypeContent) -> bool:
    """Save the event type; False if it is refused, with the reason added to the form."""
    whose: dict[str, Any] = {"host_id": current_host().id, "actor": current_actor()}
    try:
        if slug is None:
            event_types.create_event_type(content, **whose)
        else:
            event_types.update_event_type(slug, content, **whose)
    except SlugTaken:
        refuse(form, Invalid({"slug": [gettext("You have an event type with this address already.")]}))
        return False
    except Invalid as fault:
        refuse(form, fault)
        return False
    return True


def _with_changed_rows(form: EventTypeForm, slug: str | None) -> Response:
    """The form as typed, with a row added, removed or moved; for htmx only the rows."""
    form.rows, focus = changed_rows(form.rows, request.form.get("rows", ""))
    return _page(form, slug, block="questions", focus=focus)


def _page(
    form: EventTypeForm, slug: str | None, *, status: int = 200, block: str = "editor", focus: str = ""
) -> Response:
    urls = {
        "save_url": url_for("event_types.change", slug=slug) if slug else url_for("event_types.create"),
        "rows_url": url_for("event_types.change_questions", slug=slug)
        if slug
        else url_for("event_types.new_questions"),
    }
    host = current_host()
    shown = {"form": form, "slug": slug, "host": host, "question_kinds": QUESTION_KINDS, "focus": focus}
    return page_or_fragment(TEMPLATE, block, status=status, **shown, **urls)
