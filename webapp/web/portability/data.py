"""/settings/data: downloading a host's data as files, and restoring it into an account that is still empty."""

from collections.abc import Iterable
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request, send_file, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.exceptions import RequestEntityTooLarge

from webapp.domain.errors import Invalid
from webapp.identity import reserved_slugs
from webapp.services.portability.bookings_csv import bookings_csv
from webapp.services.portability.export import host_document
from webapp.services.portability.restore import AccountNotEmpty, Imported, can_import, import_host
from webapp.services.shared.audit import record_read
from webapp.web.shared import htmx
from webapp.web.shared.errors import error_page
from webapp.web.shared.guards import current_account, current_actor, current_host, host_required

LARGEST_MB = 16  # a booking takes less than a kilobyte

blueprint = Blueprint("data", __name__, url_prefix="/settings/data")


class RestoreForm(FlaskForm):  # type: ignore[misc]
    file = FileField(
        _l("File"),
        validators=[FileRequired(_l("Choose the file that you have downloaded from Openslot."))],
        render_kw={"accept": ".json,application/json"},
    )


@blueprint.url_value_preprocessor
def allow_large_file(endpoint: str | None, _values: Any) -> None:
    """Raise the size limit for hosts who are logged in, before the form is parsed to check its CSRF token."""
    if endpoint == "data.restore" and request.method == "POST" and current_account():
        request.max_content_length = LARGEST_MB * 1_000_000


@blueprint.get("")
@host_required
def index() -> Response:
    return _page(RestoreForm(formdata=None))


@blueprint.get("/openslot.json")
@host_required
def document() -> Response:
    record_read(current_actor(), "host.exported", "host", current_host().id)
    return _file(host_document(current_host().id), "json", "application/json")


@blueprint.get("/bookings.csv")
@host_required
def table() -> Response:
    record_read(current_actor(), "bookings.exported", "host", current_host().id)
    return _file(bookings_csv(current_host().id), "csv", "text/csv")


@blueprint.post("/restore")
@host_required
def restore() -> Any:
    form = RestoreForm()
    if not form.validate():
        return _page(form, status=422)
    content = form.file.data.read()
    try:
        done = import_host(content, host_id=current_host().id, reserved=reserved_slugs(), actor=current_actor())
    except Invalid as fault:
        return _refused(form, fault)
    except AccountNotEmpty:
        return _page(form, status=409)
    _tell(done)
    return htmx.see_other(url_for("data.index"))


@blueprint.errorhandler(RequestEntityTooLarge)
def tell_of_large_file(_error: RequestEntityTooLarge) -> Any:
    """The body is rejected while it is parsed for the CSRF token, before the guard of `restore` runs."""
    if request.endpoint != "data.restore" or not current_account():
        return error_page(413)
    form = RestoreForm(formdata=None)
    form.file.errors = [
        gettext(
            "Nothing was restored: the file is larger than %(size)s MB. On the server, import-host takes it.",
            size=LARGEST_MB,
        )
    ]
    return _page(form, status=413)


def _refused(form: RestoreForm, fault: Invalid) -> Response:
    """The page with the errors, each with its position in the file."""
    form.form_errors.append(gettext("Nothing was restored: something in this file cannot be accepted."))
    named = ((place, text) for place, texts in fault.errors.items() for text in texts)
    form.file.errors = [f"{place}: {text}" if place else text for place, text in named]
    return _page(form, status=422)


def _tell(done: Imported) -> None:
    types = ngettext("%(num)d event type", "%(num)d event types", done.event_types)
    booked = ngettext("%(num)d booking", "%(num)d bookings", done.bookings)
    flash(gettext("Restored: %(event_types)s and %(bookings)s.", event_types=types, bookings=booked), "success")
    if done.kept_slug:
        told = gettext(
            "The address of your page stays /%(slug)s: the one in the file is taken here.", slug=done.kept_slug
        )
        flash(told, "warning")


def _file(pieces: Iterable[str], suffix: str, mimetype: str) -> Response:
    """Write the whole file to disk before the response begins, so that a slow client holds no transaction open, and an
    error leaves no incomplete download."""
    file = TemporaryFile()  # noqa: SIM115  closed by the response after it is sent
    for piece in pieces:
        file.write(piece.encode())
    file.seek(0)
    name = f"openslot-{current_host().slug}-{datetime.now(UTC):%Y-%m-%d}.{suffix}"
    return send_file(file, mimetype=mimetype, as_attachment=True, download_name=name, etag=False)


def _page(form: RestoreForm, *, status: int = 200) -> Response:
    values = {"form": form, "can_restore": can_import(current_host().id), "largest_mb": LARGEST_MB}
    return make_response(render_template("settings/data.html", **values), status)
