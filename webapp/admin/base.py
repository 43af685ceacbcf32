"""The base of all admin views: for admins only, with CSRF tokens and explicit columns; services do all the writing."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import AdminIndexView, expose
from flask_admin.base import BaseView
from flask_admin.contrib.sqla import ModelView
from flask_admin.form import BaseForm
from flask_admin.model import typefmt
from flask_babel import gettext, ngettext
from flask_babel.speaklater import LazyString
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from webapp.core.extensions import db
from webapp.domain.actor import Actor, admin_actor, host_actor
from webapp.domain.errors import DomainError, NotFound
from webapp.domain.spreadsheets import text_cell
from webapp.domain.text import row_id, searched
from webapp.domain.urls import own_path
from webapp.services.shared.audit import record_read

READS = {"details_view": "admin.viewed", "export": "admin.exported"}  # by the name of the route
LONGEST_SHOWN = 20  # characters of an invalid row id; the message is stored in a cookie


class AdminForm(BaseForm):
    """Flask-Admin's form with Flask-WTF's CSRF token, so that the application has one token mechanism."""

    class Meta(FlaskForm.Meta):
        pass


class GuardedAdmin(BaseView):
    """For admins only. Others are sent to the login page, or get a 403 if they are logged in."""

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated and current_user.has_role("admin"))

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:  # noqa: ARG002
        if current_user.is_authenticated:
            record_read(host_actor(current_user.id, request.remote_addr), "admin.refused", "host", current_user.id)
            abort(403)
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))

    def _handle_view(self, name: str, **kwargs: Any) -> Any:
        """Every Flask-Admin view would redirect to any address given as `url`: allow our own paths only."""
        given = MultiDict(request.values)
        given["url"] = own_path(given.get("url"), "")
        request.values = CombinedMultiDict([given])
        refusal = super()._handle_view(name, **kwargs)
        if refusal is None and request.method == "GET" and "is_read_recorded" not in g:
            g.is_read_recorded = True  # a view that calls the one it overrides is handled twice
            self.record_read()
        return refusal

    def record_read(self) -> None:
        """Views that show people's data write an entry into the audit log."""


class GuardedIndex(GuardedAdmin, AdminIndexView):
    pass


class TableAdmin(GuardedAdmin, ModelView):
    """A list with details, search, filters and export; changes are actions that call a service."""

    can_create = can_edit = can_delete = False
    can_view_details = can_export = True
    can_set_page_size = True
    page_size = 50
    export_max_rows = 100_000
    form_base_class = AdminForm
    list_template = "admin/list.html"
    column_type_formatters = typefmt.BASE_FORMATTERS | {datetime: lambda _view, moment, _name: _instant(moment)}
    column_type_formatters_detail = column_type_formatters
    column_display_pk = True
    named_filter_urls = True
    column_default_sort: Any = ("id", True)

    def record_read(self) -> None:
        action = READS.get((request.endpoint or "").rpartition(".")[2], "admin.listed")
        record_read(actor(), action, self.model.__tablename__, _row_of(request.args.get("id", "")))

    def __init__(self, model: type, name: LazyString, **kwargs: Any) -> None:
        # The related object of a dotted column is loaded with the row, in the same query.
        related = {column.partition(".")[0] for column in self.column_list if "." in column}
        self.column_select_related_list = [getattr(model, name) for name in sorted(related)]
        super().__init__(model, db, name=name, **kwargs)

    @property
    def column_details_list(self) -> Sequence[str]:
        """The columns of the list plus `more_details`, never simply every column of the table."""
        return [*self.column_list, *self.more_details]

    more_details: Sequence[str] = ()

    @property
    def column_export_list(self) -> Sequence[str]:
        return self.column_details_list

    def _prettify_name(self, name: str) -> str:
        return name.replace("_", " ").capitalize()

    def search_placeholder(self) -> str | None:
        """The labels of the searchable columns; Flask-Admin would show attribute names where there is no label."""
        return ", ".join(str(self.get_column_name(name)) for name in self.column_searchable_list) or None

    def get_export_value(self, model: Any, name: str) -> Any:
        value = super().get_export_value(model, name)
        return text_cell(value) if isinstance(value, str) else value

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Any:
        """Flask-Admin generates an export while sending it, when the session is closed; generate it all before that."""
        response = super().export(export_type)
        response.get_data()
        return response

    def _get_list_extra_args(self) -> Any:
        """Search and filter values, normalised in the way that stored texts are."""
        asked = super()._get_list_extra_args()
        asked.search = searched(asked.search or "") or None
        asked.filters = [(index, name, searched(value)) for index, name, value in asked.filters or ()]
        return asked

    def get_one(self, id: str) -> Any:  # noqa: A002  the name that Flask-Admin uses
        """The row; None if there is none, or for what is no id: Flask-Admin takes `1,2` for a key of two parts."""
        try:
            return super().get_one(str(row_id(id)))
        except ValueError:
            return None

    def row(self, number: int) -> Any:
        """The row that an action is for. Raises NotFound if it has been deleted meanwhile."""
        found = self.get_one(str(number))
        if found is None:
            raise NotFound
        return found

    def create_model(self, form: Any) -> Any:  # noqa: ARG002
        abort(405)

    def update_model(self, form: Any, model: Any) -> Any:  # noqa: ARG002
        abort(405)

    def delete_model(self, model: Any) -> Any:  # noqa: ARG002
        abort(405)


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def actor() -> Actor:
    """The admin who is logged in."""
    return admin_actor(current_user.id, request.remote_addr)


def each(ids: Iterable[str], command: Callable[[int], object]) -> None:
    """Run a service command for each selected row, then report how many succeeded and why the others failed."""
    done, refused = 0, []
    for given in ids:
        try:
            command(_number(given))
            done += 1
        except DomainError as error:
            refused.append(f"{given[:LONGEST_SHOWN]}: {error.code}")
    if done:
        flash(ngettext("%(num)d done.", "%(num)d done.", done), "success")
    if refused:
        flash(gettext("Refused: %(list)s", list=", ".join(refused)), "error")


def _row_of(given: str) -> int | None:
    try:
        return row_id(given)
    except ValueError:
        return None


def _number(given: str) -> int:
    """Raises NotFound for anything but a number, since all row ids are numbers."""
    try:
        return row_id(given)
    except ValueError:
        raise NotFound from None
