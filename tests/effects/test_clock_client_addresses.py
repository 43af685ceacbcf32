"""Client addresses in the audit log become hashes after a month."""

from flask import Flask

from tests.builders import Build
from webapp.core.db import transaction
from webapp.domain.actor import visitor_actor
from webapp.effects.clock import hash_client_addresses
from webapp.services.shared.audit import write_audit

AGED = "UPDATE audit_entry SET occurred_at = now() - make_interval(days => :days) WHERE action = :action RETURNING id"


def entry(build: Build, action: str, address: str | None, *, days: int) -> None:
    with transaction() as session:
        write_audit(session, visitor_actor(address), action, "host", None)
    build.row(AGED, action=action, days=days)


def addresses(build: Build) -> dict[str, str | None]:
    return {row.action: row.client_address for row in build.rows("SELECT action, client_address FROM audit_entry")}


def test_only_those_older_than_a_month_and_alike_addresses_alike(app: Flask, build: Build, context: None) -> None:
    entry(build, "old", "203.0.113.9", days=31)
    entry(build, "older", "203.0.113.9", days=400)
    entry(build, "other", "2001:db8::1", days=31)
    entry(build, "new", "203.0.113.9", days=29)
    entry(build, "none", None, days=31)
    hash_client_addresses()
    found = addresses(build)
    assert found["new"] == "203.0.113.9"
    assert found["none"] is None
    assert found["old"] == found["older"] != found["other"]
    assert {len(found[name] or "") for name in ("old", "other")} == {len("hmac:") + 32}
    hash_client_addresses()
    assert addresses(build) == found
