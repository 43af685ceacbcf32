"""/settings/feeds: create, list, revoke; and the switch for public busy times."""

import re
import uuid

import pytest

from tests.builders import Build
from tests.web.desk import Desk
from tests.web.pages import Visitor, errors_of
from webapp.services.ical.feeds import MOST_FEEDS

PAGE = "/settings/feeds"
NEW = {"name": "My phone", "detail": "full"}


def make(desk: Desk, **values: str) -> str:
    """The path of the address that the page shows."""
    response = desk.post(PAGE, **NEW | values)
    assert response.status_code == 200
    assert (response.headers["Cache-Control"], response.headers["Referrer-Policy"]) == ("no-store", "same-origin")
    found = re.search(r'value="http://localhost(/feeds/osf_[A-Za-z0-9_-]{43}\.ics)"', response.text)
    assert found
    assert f'href="webcal://localhost{found[1]}"' in response.text
    return found[1]


def test_an_address_is_shown_once_and_works(desk: Desk) -> None:
    path = make(desk)
    page = desk.open(PAGE).text
    assert path not in page
    assert "My phone" in page
    assert "never used" in page
    answer = desk.client.application.test_client().get(path)
    assert "Bookings of Ada Lovelace" in answer.text
    assert "never used" not in desk.open(PAGE).text


def test_busy_only(desk: Desk) -> None:
    answer = desk.client.application.test_client().get(make(desk, detail="busy"))
    assert "Busy times of Ada Lovelace" in answer.text
    assert "Only busy" in desk.open(PAGE).text


@pytest.mark.parametrize(
    ("field", "value"), [("name", " "), ("name", "x" * 81), ("name", "a\u202eb"), ("detail", "all"), ("detail", "")]
)
def test_what_is_wrong_is_said_and_nothing_is_made(desk: Desk, build: Build, field: str, value: str) -> None:
    response = desk.post(PAGE, **NEW | {field: value})
    assert response.status_code == 422
    assert errors_of(response)
    assert build.row("SELECT count(*) FROM feed")[0] == 0


def test_too_many_are_refused_and_what_was_typed_stays(desk: Desk, build: Build) -> None:
    build.rows(
        "INSERT INTO feed (host_id, name, detail, secret_hash) SELECT :host, 'x', 'full', sha256(n::text::bytea)"
        " FROM generate_series(1, :most) AS n RETURNING id",
        host=desk.host_id,
        most=MOST_FEEDS,
    )
    response = desk.post(PAGE, **NEW | {"name": "One too many"})
    assert response.status_code == 422
    assert "At most 20 feeds" in errors_of(response)
    assert 'value="One too many"' in response.text


def test_revoking_asks_first_and_is_at_once(desk: Desk, build: Build) -> None:
    path = make(desk)
    link = re.search(r'href="(/settings/feeds/[0-9a-f-]+/revoke)"', desk.open(PAGE).text)
    assert link
    assert "My phone" in desk.open(link[1]).text
    client = desk.client.application.test_client()
    assert client.get(path).status_code == 200
    assert desk.post(link[1]).status_code == 303
    assert client.get(path).status_code == 404
    assert desk.post(link[1]).status_code == 404
    assert build.row("SELECT count(*) FROM feed")[0] == 0


def test_feeds_of_others_do_not_exist(desk: Desk, other_desk: Desk, build: Build) -> None:
    make(desk, name="Hers alone")
    public_id = build.row("SELECT public_id FROM feed")[0]
    assert "Hers alone" not in other_desk.open(PAGE).text
    for path in (f"{PAGE}/{public_id}/revoke", f"{PAGE}/{uuid.uuid4()}/revoke"):
        assert other_desk.open(path).status_code == 404
        assert other_desk.post(path).status_code == 404
    assert build.row("SELECT count(*) FROM feed")[0] == 1


def test_busy_times_are_private_until_the_host_says_otherwise(desk: Desk, other_desk: Desk) -> None:
    address = "http://localhost/ada/freebusy.ics"
    client = desk.client.application.test_client()
    assert client.get("/ada/freebusy.ics").status_code == 404
    assert address not in desk.open(PAGE).text
    for values, status in (({"is_public": "y"}, 200), ({}, 404)):
        assert desk.post(f"{PAGE}/busy-times", **values).status_code == 303
        assert client.get("/ada/freebusy.ics").status_code == status
        page = desk.open(PAGE).text
        assert (address in page) is (status == 200)
        assert (re.search(r"<input checked[^>]*name=\"is_public\"", page) is not None) is (status == 200)
    assert address not in other_desk.open(PAGE).text


def test_names_are_text(desk: Desk) -> None:
    make(desk, name="<script>alert(1)</script>")
    assert "<script>alert" not in desk.open(PAGE).text


def test_nobody_else_comes_in(visitor: Visitor) -> None:
    assert visitor.open(PAGE).status_code == 303


def test_settings_lead_there(desk: Desk) -> None:
    assert f'href="{PAGE}"' in desk.open("/settings").text
