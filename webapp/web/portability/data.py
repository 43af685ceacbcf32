"""/settings/data: downloading a host's data as files, and restoring it into an account that is still empty.

An uploaded file is only stored here. The worker restores it, and the page says how far it has come.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import Any

from flask import Blueprint, Response, request, send_file, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.exceptions import RequestEntityTooLarge

from webapp.domain.errors import Overloaded
from webapp.services.portability.bookings_csv import bookings_csv
from webapp.services.portability.export import host_document
from webapp.services.portability.restore import AccountNotEmpty, can_import
from webapp.services.portability.uploads import LARGEST, ImportWaiting, last_upload, store_upload
from webapp.services.shared.audit import record_read
from webapp.web.shared import htmx
from webapp.web.shared.errors import error_page
from webapp.web.shared.guards import current_account, current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment

LARGEST_MB = LARGEST // 1_000_000

blueprint = Blueprint("data", __name__, url_prefix="/settings/data")


class RestoreForm(FlaskForm):  # type: ignore[misc]
    file = FileField(
        _l("File"),
        validators=[FileRequired(_l("Choose the file that you have downloaded from Openslot."))],
        render_kw={"accept": ".json,application/json"},
    )


@blueprint.record
def announce_large_file(state: BlueprintSetupState) -> None:
    """For the web server, which reads the body before the application."""
    state.app.extensions.setdefault("large_bodies", {})[f"{blueprint.url_prefix}/restore"] = LARGEST


@blueprint.url_value_preprocessor
def allow_large_file(endpoint: str | None, _values: Any) -> None:
    """Raise the size limit for hosts who are logged in, before the form is parsed to check its CSRF token."""
    if endpoint == "data.restore" and request.method == "POST" and current_account():
        request.max_content_length = LARGEST


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
    try:
        store_upload(form.file.data.read(), host_id=current_host().id, actor=current_actor())
    except (AccountNotEmpty, ImportWaiting):
        return _page(form, status=409)
    except Overloaded:
        form.form_errors.append(gettext("Many files are being restored just now. Please try again in a few minutes."))
        return _page(form, status=503)
    return htmx.see_other(url_for("data.index", _anchor="restore"))


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
    """For htmx, which asks until the upload is done, only the part about restoring."""
    host_id = current_host().id
    upload = last_upload(host_id)
    if upload and upload.faults and not form.is_submitted():
        _show_faults(form, upload.faults)
    values = {"form": form, "upload": upload, "can_restore": can_import(host_id), "largest_mb": LARGEST_MB}
    return page_or_fragment("settings/data.html", "restore", status=status, **values)


def _show_faults(form: RestoreForm, faults: Mapping[str, Sequence[str]]) -> None:
    """Show what was wrong in the last file, each fault with its place in it."""
    form.form_errors.append(gettext("Nothing was restored: something in this file cannot be accepted."))
    named = ((place, text) for place, texts in faults.items() for text in texts)
    form.file.errors = [f"{place}: {text}" if place else text for place, text in named]
