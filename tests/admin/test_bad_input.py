"""The admin handles input that its own forms never send: numbers beyond any row or year, malformed addresses."""

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from tests.builders import Build, tomorrow
from tests.page_fixtures import Act
from tests.web.pages import token_in

HUGE = [str(2**63 - 1), str(2**63), "9" * 30, "9" * 5000]
ADDRESSES = [
    "http://[",
    "//[",
    "http://[::1",
    "https://[x]/",
    "//a\u2100b",
    "x\r\ny",
    "/admin/\r\ny",
    "/" + "a" * 70_000,
    "a" * 70_000,
    "//example.org/",
    "https://example.org/",
]
VIEWS = ["action/", "new/", "edit/?id=1", "delete/", "details/?id=99", "export/none/"]


@pytest.mark.parametrize("start", [*HUGE, "-1", "-99999999999", "253402300800", "0", "", "soon", "\u0663"])
def test_a_booking_is_moved_to_no_time_that_is_not_offered(admin: FlaskClient, build: Build, start: str) -> None:
    old, _ = build.slots(build.host(), [tomorrow(10), tomorrow(14)])
    booking = build.booking(old)
    address = f"/admin/bookings/move?id={booking.id}"
    answer = admin.post(address, data={"csrf_token": token_in(admin.get(address).text), "start": start})
    assert answer.status_code == 422
    assert "Not moved: slot_unavailable" in answer.text
    assert build.row("SELECT s.starts_at FROM booking b JOIN slot s ON s.id = b.slot_id")[0] == old.start


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("table", ["hosts", "slots", "webhooks"])
def test_an_address_to_return_to_is_of_this_site_or_left_out(
    admin: FlaskClient, build: Build, table: str, view: str
) -> None:
    build.slot(build.host())
    form = {"csrf_token": token_in(admin.get("/admin/hosts/").text), "action": "none"}
    path = f"/admin/{table}/{view}"
    for address in ADDRESSES:
        queried = f"{path}{'&' if '?' in path else '?'}{urlencode({'url': address})}"
        answers = [admin.post(path, data=form | {"url": address}), admin.post(queried, data=form), admin.get(queried)]
        assert {answer.status_code for answer in answers} <= {200, 302, 404, 405, 413}, address[:20]
        assert {answer.location for answer in answers} <= {None, f"/admin/{table}/"}, address[:20]


def test_an_action_returns_to_the_list_as_it_was(admin: FlaskClient) -> None:
    form = {"csrf_token": token_in(admin.get("/admin/hosts/").text), "action": "none"}
    seen = "/admin/hosts/?search=a%C3%A9+b&flt0_email_contains=x%40y"
    assert admin.post("/admin/hosts/action/", data=form | {"url": seen}).location == seen


@pytest.mark.parametrize(
    ("table", "action"),
    [("bookings", "cancel"), ("bookings", "resend"), ("hosts", "give_admin"), ("hosts", "take_admin"),
     ("hosts", "activate"), ("slots", "withdraw"), ("guests", "erase"), ("deliveries", "replay"),
     ("tokens", "revoke"), ("feeds", "revoke"), ("webhooks", "switch_off")],
)  # fmt: skip
def test_an_action_on_a_row_that_is_not_there_is_answered(act: Act, table: str, action: str) -> None:
    for row in (*HUGE, "0", "\u0663"):
        assert act(table, action, row).status_code == 302, row[:20]
