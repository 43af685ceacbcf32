"""What admins look at and who exports data is in the audit log, with actor and client address."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.builders import Build
from tests.web.pages import Visitor


def entries(build: Build) -> list[tuple[Any, ...]]:
    """(kind of actor, action, object's kind, object's id, client address), in order."""
    return build.rows(
        "SELECT actor_kind, action, object_kind, object_id, client_address FROM audit_entry"
        " WHERE action ~ '^admin|exported' ORDER BY id"
    )


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/admin/hosts/", ("admin", "admin.listed", "host", None, "127.0.0.1")),
        ("/admin/hosts/?search=ada@example.org", ("admin", "admin.listed", "host", None, "127.0.0.1")),
        ("/admin/guests/details/?id=7", ("admin", "admin.viewed", "guest", 7, "127.0.0.1")),
        ("/admin/guests/details/?id=seven", ("admin", "admin.viewed", "guest", None, "127.0.0.1")),
        ("/admin/bookings/export/csv/", ("admin", "admin.exported", "booking", None, "127.0.0.1")),
        ("/admin/audit/", ("admin", "admin.listed", "audit_entry", None, "127.0.0.1")),
    ],
)
def test_what_an_admin_reads_is_recorded(admin: FlaskClient, build: Build, path: str, entry: tuple[Any, ...]) -> None:
    admin.get(path)
    assert entries(build) == [entry]


def test_a_host_who_tries_is_recorded(visitor: Visitor, host: str, build: Build) -> None:
    visitor.log_in(host)
    number = build.row("SELECT id FROM host WHERE email = :email", email=host)[0]
    assert visitor.open("/admin/guests/").status_code == 403
    assert entries(build) == [("host", "admin.refused", "host", number, "127.0.0.1")]


@pytest.mark.parametrize(
    ("path", "action"),
    [("/settings/data/openslot.json", "host.exported"), ("/settings/data/bookings.csv", "bookings.exported")],
)
def test_exports_of_a_host_are_recorded(visitor: Visitor, host: str, build: Build, path: str, action: str) -> None:
    visitor.log_in(host)
    number = build.row("SELECT id FROM host WHERE email = :email", email=host)[0]
    assert visitor.client.get(path, buffered=True).status_code == 200
    assert entries(build) == [("host", action, "host", number, "127.0.0.1")]
