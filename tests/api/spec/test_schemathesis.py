"""Requests that the specification allows, and others: never a 500, and no response that it does not describe.

As a guest, as a host and as another host. There are few examples, so that the tests stay quick; the environment
variable MANY_EXAMPLES increases their number.
"""

import os
import uuid
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.api.caller import Caller
from tests.builders import Build, tomorrow
from webapp.api.spec.examples import NEW_WEBHOOK

EXAMPLES = int(os.environ.get("MANY_EXAMPLES", "5"))
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
]


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("who", ["guest", "host", "other_host"])
def test_no_500_and_no_violation(
    app: Flask, request: pytest.FixtureRequest, build: Build, ada: int, host: Caller, who: str, mode: GenerationMode
) -> None:
    webhook = host.post("/webhooks", NEW_WEBHOOK).get_json()["id"]
    ids = {
        "webhook_id": webhook,
        "delivery_id": host.post(f"/webhooks/{webhook}/test").get_json()["id"],
        "booking_id": str(build.booking(build.slot(ada, tomorrow(9))).uid),
        "slot_id": str(build.slot(ada, tomorrow(12)).public_id),
        "host_slug": "ada",
        "slug": "ada",
    }
    caller: Caller = request.getfixturevalue(who)
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    tried = [_try(result.ok(), caller, mode, ids) for result in schema.get_all_operations()]
    assert sum(tried) > len(tried)


def _try(operation: Any, caller: Caller, mode: GenerationMode, ids: dict[str, str]) -> int:
    """How many requests were sent; every other one is about something that exists."""
    sent: list[int] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case: Any) -> None:
        sent.append(len(sent))
        if len(sent) % 2 and mode is GenerationMode.POSITIVE:
            case.path_parameters = {name: _existing(operation.path, name, ids) for name in case.path_parameters or {}}
        case.call_and_validate(headers=caller.headers, checks=CHECKS)

    with suppress(Unsatisfiable):  # nothing in it that could be wrong
        attempt()
    return len(sent)


def _existing(path: str, name: str, ids: dict[str, str]) -> str:
    return "30min" if name == "slug" and "event-types" in path else ids.get(name, str(uuid.uuid4()))
