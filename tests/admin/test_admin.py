"""The admin face: for admins only, complete, and making every change through services."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Build, tomorrow
from tests.page_fixtures import Act
from tests.web.pages import Visitor, token_in
from webapp.core.db import session, transaction
from webapp.domain.actor import SYSTEM, host_actor
from webapp.services.mail.dispatch import dispatch_events
from webapp.services.mail.reports import mail_figures, replay
from webapp.services.webhooks.content import NewWebhook
from webapp.services.webhooks.endpoints import create_webhook, send_test

PAGES = ("/admin/", "/admin/bookings/", "/admin/hosts/", "/admin/event-types/", "/admin/slots/", "/admin/guests/",
         "/admin/outbox/", "/admin/deliveries/", "/admin/messages/", "/admin/attempts/", "/admin/tokens/",
         "/admin/feeds/", "/admin/webhooks/", "/admin/not-me/", "/admin/audit/")  # fmt: skip
SECRETS = re.compile(r"password|uniquifier|secret|salt|hash|token")


@pytest.mark.parametrize("page", PAGES)
def test_strangers_are_sent_to_the_login_page(client: FlaskClient, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code in (302, 303)
    assert "/login" in answer.location


@pytest.mark.parametrize("page", PAGES)
def test_hosts_are_refused(visitor: Visitor, host: str, page: str) -> None:
    visitor.log_in(host)
    assert visitor.open(page).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_admins_see_every_table_and_no_secret(admin: FlaskClient, build: Build, page: str) -> None:
    build.booking(build.slot(build.host()), subject="<script>alert(1)</script>")
    answer = admin.get(page)
    assert answer.status_code == 200
    assert "<script>alert(1)" not in answer.text


def test_every_table_is_among_the_pages(app: Flask) -> None:
    assert {f"{view.url}/" for view in app.extensions["admin"][0]._views} == set(PAGES)


def test_no_view_names_a_column_that_keeps_a_secret(app: Flask) -> None:
    for view in app.extensions["admin"][0]._views[1:]:
        named = {*view.column_list, *view.column_details_list, *view.column_export_list, *view.column_searchable_list}
        named |= {name for name in view.column_filters if isinstance(name, str)}
        assert not [name for name in named if SECRETS.search(name)], view.name


def test_columns_have_words_for_names(admin: FlaskClient) -> None:
    shown = admin.get("/admin/bookings/").text
    assert 'placeholder="Guest name, Subject, Guest&#39;s address, Host"' in shown
    assert "Created at" in shown
    assert not re.search(r"Created At|guest_name,", shown)


@pytest.mark.parametrize("row", ["abc", "", "-1", "1.5", "0"])
def test_what_is_no_row_is_refused(admin: FlaskClient, act: Act, row: str) -> None:
    assert act("bookings", "cancel", row).status_code == 302
    assert f"Refused: {row}: not_found" in admin.get("/admin/bookings/").text


def test_the_first_page_says_when_the_mail_server_accepts_nothing(admin: FlaskClient, build: Build) -> None:
    assert "accepts nothing" not in admin.get("/admin/").text
    for slot in build.slots(build.host(), [tomorrow(8), tomorrow(9), tomorrow(10)]):
        build.booking(slot)
    with build.app.app_context(), transaction() as current:
        dispatch_events(current)
    build.rows("UPDATE delivery SET attempts = 1, refused_at = now(), last_error = '554 5.7.1 Denied <b>' RETURNING 1")
    page = admin.get("/admin/").text
    assert "The mail server accepts nothing at the moment: 554 5.7.1 Denied &lt;b&gt;." in page


@pytest.mark.parametrize(
    "query",
    [
        {"search": "Jose\u0301"},
        {"search": "\ufeffjosé\u00a0"},
        {"search": "\u202ajosé\u202c"},
        {"flt_guests_address_contains": "jose\u0301"},
    ],
)
def test_what_is_looked_for_is_found_however_it_was_typed(
    admin: FlaskClient, build: Build, query: dict[str, str]
) -> None:
    first, second = build.slots(build.host(), [tomorrow(8), tomorrow(9)])
    build.booking(first, name="José Álvarez", email="josé@example.net")
    build.booking(second, name="Somebody Else")
    answer = admin.get("/admin/bookings/", query_string=query)
    assert answer.status_code == 200
    assert "José Álvarez" in answer.text
    assert "Somebody Else" not in answer.text


def test_an_admin_cancels_through_the_service(act: Act, build: Build) -> None:
    booking = build.booking(build.slot(build.host()))
    assert act("bookings", "cancel", booking.id).status_code == 302
    assert tuple(build.row("SELECT status, cancelled_by FROM booking")) == ("cancelled", "admin")
    assert build.row("SELECT count(*) FROM outbox_event WHERE kind = 'booking.cancelled'")[0] == 1
    assert build.row("SELECT actor_kind FROM audit_entry WHERE action = 'booking.cancelled'")[0] == "admin"


def test_an_action_without_the_token_changes_nothing(admin: FlaskClient, build: Build) -> None:
    booking = build.booking(build.slot(build.host()))
    answer = admin.post("/admin/bookings/action/", data={"action": "cancel", "rowid": str(booking.id)})
    assert answer.status_code == 400
    assert build.row("SELECT status FROM booking")[0] == "confirmed"


def test_an_admin_moves_a_booking(admin: FlaskClient, build: Build) -> None:
    old, new = build.slots(build.host(), [tomorrow(10), tomorrow(14)])
    booking = build.booking(old)
    page = admin.get(f"/admin/bookings/move?id={booking.id}").text
    form = {"csrf_token": token_in(page), "start": str(int(new.start.timestamp()))}
    assert admin.post(f"/admin/bookings/move?id={booking.id}", data=form).status_code == 302
    assert build.row("SELECT s.starts_at FROM booking b JOIN slot s ON s.id = b.slot_id")[0] == new.start


@pytest.mark.parametrize("path", ["new/", "edit/?id=1", "delete/", "ajax/update/"])
@pytest.mark.parametrize("table", ["bookings", "hosts", "slots", "audit"])
def test_nothing_can_be_written_past_a_service(admin: FlaskClient, build: Build, table: str, path: str) -> None:
    build.booking(build.slot(build.host()))
    before = build.rows("SELECT * FROM booking")
    page = admin.get("/admin/bookings/").text
    answer = admin.post(f"/admin/{table}/{path}", data={"csrf_token": token_in(page), "id": "1", "status": "declined"})
    assert answer.status_code in (302, 404, 405)
    assert build.rows("SELECT * FROM booking") == before


def test_csv_cells_that_look_like_formulas_come_out_as_text(admin: FlaskClient, build: Build) -> None:
    build.booking(build.slot(build.host()), name="=cmd|' /C calc'!A0")
    csv = admin.get("/admin/bookings/export/csv/").text
    assert "'=cmd|" in csv
    assert "password" not in csv


def test_csv_cells_hide_no_formula_behind_a_semicolon(admin: FlaskClient, build: Build) -> None:
    build.booking(build.slot(build.host()), name="Gita;=cmd")
    assert "Gita;'=cmd" in admin.get("/admin/bookings/export/csv/").text


def test_an_admin_is_not_locked_out_by_themselves(act: Act, build: Build) -> None:
    boss = build.row("SELECT id FROM host WHERE slug = 'boss'")[0]
    assert act("hosts", "deactivate", boss).status_code == 302
    assert build.row("SELECT active FROM host WHERE slug = 'boss'")[0] is True


def test_a_deactivated_host_is_neither_bookable_nor_logged_in(admin: FlaskClient, act: Act, build: Build) -> None:
    host = build.host(slug="ada")
    build.slot(host)
    assert act("hosts", "deactivate", host).status_code == 302
    assert admin.get("/ada").status_code == 404
    assert build.rows("SELECT 1 FROM audit_entry WHERE action = 'host.deactivated' AND object_id = :host", host=host)


def test_a_guest_is_erased(admin: FlaskClient, act: Act, build: Build) -> None:
    build.booking(build.slot(build.host()), email="ada@example.net", name="Ada Guest")
    guest = build.row("SELECT id FROM guest").id
    assert act("guests", "erase", guest).status_code == 302
    assert tuple(build.row("SELECT guest_name, status FROM booking")) == ("Erased guest", "cancelled")
    entry = build.row("SELECT actor_kind, object_id FROM audit_entry WHERE action = 'guest.erased'")
    assert tuple(entry) == ("admin", guest)
    for table in ("guests", "bookings", "deliveries", "outbox"):
        assert "Ada Guest" not in admin.get(f"/admin/{table}/").text


@pytest.mark.parametrize(("table", "word"), [("bookings", "plans"), ("guests", "ada@"), ("hosts", "boss")])
def test_search_finds(admin: FlaskClient, build: Build, table: str, word: str) -> None:
    build.booking(build.slot(build.host()), subject="Big plans", email="ada@example.net")
    assert "There are no items" not in admin.get(f"/admin/{table}/?search={word}").text
    assert "There are no items" in admin.get(f"/admin/{table}/?search=nothing-like-this").text


def test_messages_to_webhooks_are_not_among_the_mails(admin: FlaskClient, build: Build, app: Flask) -> None:
    host = build.host()
    new = NewWebhook(url="https://hooks.example.org/", events=["booking.created"])
    with app.app_context():
        made = create_webhook(new, host_id=host, actor=host_actor(host))
        send_test(made.webhook.public_id, host_id=host, actor=host_actor(host))
        assert mail_figures(session()).backlog == 0
    delivery = build.row("UPDATE delivery SET status = 'dead' RETURNING id")[0]
    with app.app_context():
        assert mail_figures(session()).dead == 0
        assert replay([delivery], actor=SYSTEM) == 0
    page = admin.get("/admin/deliveries/").text
    assert "webhook" not in page.partition("<table")[2]
    assert "webhook.test" not in admin.get("/admin/deliveries/export/csv/").text
    assert admin.get(f"/admin/deliveries/details/?id={delivery}").status_code == 302
