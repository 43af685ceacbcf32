"""The admin interface: Flask-Admin for all tables. Every change goes through a service and into the audit log."""

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import BootstrapTheme
from flask_babel import lazy_gettext as _l

from webapp.admin import bookings
from webapp.admin.views import StartPage, table_views


def init_app(app: Flask) -> None:
    """Each application gets its own Admin, because Flask-Admin keeps its views in the instance."""
    admin = Admin(
        name="Openslot",
        index_view=StartPage(name=_l("Today"), url="/admin"),
        theme=BootstrapTheme(folder="bootstrap4", base_template="admin/openslot.html", fluid=True),
        csp_nonce_generator=app.jinja_env.globals["csp_nonce"],
    )
    admin.add_views(bookings.register(), *table_views())
    admin.init_app(app)
