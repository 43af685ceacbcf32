"""Whatever the specification allows, and what it does not: no 500, and no answer that it does not describe.

As a guest, as a host and as another host. The examples are few, so that the tests stay quick; MANY_EXAMPLES in the
environment asks for more.
"""

import os
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS

from tests.api.caller import Caller
from tests.builders import Build, tomorrow

EXAMPLES = int(os.environ.get("MANY_EXAMPLES", "8"))
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
]


@pytest.mark.parametrize("who", ["guest", "host", "other_host"])
def test_no_500_and_no_violation(
    app: Flask, request: pytest.FixtureRequest, build: Build, ada: int, host: Caller, who: str
) -> None:
    build.booking(build.slot(ada, tomorrow(9)))
    caller: Caller = request.getfixturevalue(who)
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    for result in schema.get_all_operations():
        _try(result.ok(), caller)


def _try(operation: Any, caller: Caller) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def attempt(case: Any) -> None:
        case.call_and_validate(headers=caller.headers, checks=CHECKS)

    attempt()
