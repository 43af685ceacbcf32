"""A created object is found at its Location, as the response that created it showed it."""

from typing import Any

import pytest

from tests.api.caller import BASE, Caller
from tests.api.test_accounts import written
from tests.builders import tomorrow
from webapp.api.spec.examples import NEW_EVENT_TYPE, NEW_WEBHOOK


@pytest.mark.parametrize(
    ("path", "body"),
    [("/slots", {"start": written(tomorrow(9)), "duration_minutes": 30}), ("/event-types", NEW_EVENT_TYPE),
     ("/blocked-times", {"start": written(tomorrow(20)), "end": written(tomorrow(21))}), ("/webhooks", NEW_WEBHOOK)],
)  # fmt: skip
def test_what_is_made_is_found_and_goes_as_it_was_seen(host: Caller, path: str, body: dict[str, Any]) -> None:
    made = host.post(path, body)
    location = made.headers["Location"].removeprefix(BASE)
    found = host.get(location)
    assert found.get_json() == {key: value for key, value in made.get_json().items() if key != "secret"}
    assert host.delete(location, If_Match='"old"').status_code == 412
    assert host.delete(location, If_Match=found.headers["ETag"]).status_code == 204
    assert host.get(location).status_code == 404
