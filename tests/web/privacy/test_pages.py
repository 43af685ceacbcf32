"""/privacy: requesting one's data, the link, the file, erasure."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from tests.builders import Build, tomorrow
from tests.services.guest_words import LEFT_OUT, build_guest
from tests.web.pages import HONEYPOT, Visitor, errors_of, fields_of, sum_asked_in
from webapp.core.rate_limits import Counter
from webapp.services.bookings.view import BookingView
from webapp.services.privacy.guests import LINK_SECONDS, privacy_token

EMAIL = "gita@example.net"
EVENTS = "SELECT kind, host_id, booking_id, data FROM outbox_event WHERE kind LIKE 'guest%'"


@pytest.fixture
def booking(build: Build) -> BookingView:
    host = build.host(name="Ada Host", slug="ada")
    return build.booking(build.slot(host, tomorrow(10, days=3)), email=EMAIL, name="Gita", notes="<b>Bold</b>")


@pytest.fixture
def link(booking: BookingView, app: Flask) -> str:
    with app.app_context():
        return f"/privacy/{privacy_token(booking.uid, EMAIL)}"


def test_each_column_of_the_guest_is_on_the_page(visitor: Visitor, app: Flask, build: Build) -> None:
    with app.app_context():
        words = build_guest(build)
        uid, zone = build.row("UPDATE booking SET time_zone = 'Pacific/Chatham' RETURNING uid, time_zone")
        link = f"/privacy/{privacy_token(uid, words['guest.email'])}"
    page = visitor.open(link).text
    missing = {column for column, word in (words | {"booking.time_zone": zone}).items() if word not in page}
    forgotten = sorted(missing - set(LEFT_OUT))
    assert forgotten == [], (
        f"A guest does not get to see {', '.join(forgotten)}: add it in templates/privacy/held.html."
    )


def snapshot(build: Build) -> list[object]:
    tables = ("booking", "guest", "slot", "outbox_event", "delivery", "audit_entry")
    return [build.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]


def test_asking_is_answered_alike(visitor: Visitor, booking: BookingView, build: Build) -> None:
    answers = []
    for email in (EMAIL, "nobody@example.net"):
        answer = visitor.submit("/privacy", action="/privacy", email=email)
        answers.append((answer.status_code, answer.headers["Location"], answer.data))
    assert answers[0] == answers[1]
    assert answers[0][:2] == (303, "/privacy/asked")
    guest = build.row("SELECT id, host_id FROM guest")
    assert build.rows(EVENTS) == [("guest.asked", guest.host_id, None, {"guest_id": guest.id})]


def test_the_case_of_an_address_does_not_matter(visitor: Visitor, booking: BookingView, build: Build) -> None:
    visitor.submit("/privacy", action="/privacy", email="GITA@Example.net")
    assert len(build.rows(EVENTS)) == 1


def test_a_form_filler_is_told_and_the_address_is_kept(visitor: Visitor, booking: BookingView, build: Build) -> None:
    answer = visitor.submit("/privacy", action="/privacy", email=EMAIL, **{HONEYPOT: "http://spam"})
    assert answer.status_code == 422
    assert "People answer this question" in errors_of(answer)
    assert build.rows(EVENTS) == []
    answered = fields_of(answer, "/privacy") | {"question_answer": sum_asked_in(answer.text)}
    again = visitor.client.post("/privacy", data=answered)
    assert again.headers["Location"] == "/privacy/asked"
    assert len(build.rows(EVENTS)) == 1


@pytest.mark.parametrize("email", ["", "gita", "a@b@c", "x\0@example.net", "g" * 300 + "@example.net"])
def test_what_is_no_address_is_said(visitor: Visitor, booking: BookingView, build: Build, email: str) -> None:
    answer = visitor.submit("/privacy", action="/privacy", email=email)
    assert answer.status_code == 422
    assert errors_of(answer)
    assert build.rows(EVENTS) == []


@pytest.fixture
def limits(app: Flask, patient_limits: None) -> Iterator[None]:
    before = app.extensions["rate_limits"]
    app.extensions["rate_limits"] = Counter(replace(app.extensions["settings"], rate_limits=True))
    yield
    app.extensions["rate_limits"] = before


def test_nobody_can_be_flooded(visitor: Visitor, booking: BookingView, build: Build, limits: None) -> None:
    address = f"flood{time.time_ns()}@example.net"
    statuses = [visitor.submit("/privacy", action="/privacy", email=address).status_code for _ in range(6)]
    assert statuses == [303] * 5 + [429]


def test_the_link_shows_what_is_held(visitor: Visitor, link: str) -> None:
    page = visitor.open(link)
    assert page.status_code == 200
    for text in (EMAIL, "Gita", "Ada Host", "Getting to know each other", "&lt;b&gt;Bold&lt;/b&gt;", "Europe/Lisbon"):
        assert text in page.text
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_the_file_has_all_of_it(visitor: Visitor, link: str, booking: BookingView) -> None:
    answer = visitor.open(f"{link}/data.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    held = answer.get_json()
    assert (held["format"], held["version"], held["email"]) == ("openslot.guest", 1, EMAIL)
    [one] = held["bookings"]
    assert (one["id"], one["notes"], one["host"]) == (
        str(booking.uid), "<b>Bold</b>", {"slug": "ada", "name": "Ada Host"},
    )  # fmt: skip


def test_looking_changes_nothing(visitor: Visitor, link: str, build: Build) -> None:
    before = snapshot(build)
    for path in ("", "/data.json", "/erase"):
        visitor.open(link + path)
        visitor.client.head(link + path)
    assert snapshot(build) == before


def test_erasing_takes_a_tick_and_the_token_of_the_form(visitor: Visitor, link: str, build: Build) -> None:
    before = snapshot(build)
    answer = visitor.submit(f"{link}/erase", action=link)
    assert answer.status_code == 422
    assert "Tick the box" in errors_of(answer)
    assert visitor.client.post(f"{link}/erase", data={"sure": "y"}).status_code == 400
    assert snapshot(build) == before


def test_erasing_and_clicking_twice(visitor: Visitor, link: str, build: Build) -> None:
    assert "1 meeting to come" in visitor.open(f"{link}/erase").text
    assert visitor.submit(f"{link}/erase", action=link, sure="y").headers["Location"] == "/privacy/erased"
    assert tuple(build.row("SELECT guest_name, subject, notes, status FROM booking")) == (
        "Erased guest", "", "", "cancelled",
    )  # fmt: skip
    for path in ("", "/erase", "/data.json"):
        assert visitor.open(link + path).status_code == 404
    assert "no longer works" in visitor.open(link).text


def test_a_link_is_for_one_address_and_one_hour(
    visitor: Visitor, booking: BookingView, build: Build, app: Flask
) -> None:
    other = build.booking(build.slot(booking.host_id, tomorrow(15)), email="other@example.net")
    with app.app_context():
        sound = privacy_token(booking.uid, EMAIL)
        wrong = {
            "old": privacy_token(booking.uid, EMAIL, now=time.time() - LINK_SECONDS - 1),
            "of another booking": privacy_token(other.uid, EMAIL),
            "of another address": privacy_token(booking.uid, "other@example.net"),
            "other spelling": sound[:-1] + chr(ord(sound[-1]) + 1),
            "cut": sound[:-1],
            "longer": sound + "A",
            "nonsense": "%00é",
        }
        wrong |= {
            f"changed at {at}": sound[:at] + ("A" if sound[at] != "A" else "B") + sound[at + 1 :]
            for at in (0, 8, 30, 48)
        }
    assert visitor.open(f"/privacy/{sound}").status_code == 200
    found = {name: visitor.open(f"/privacy/{token}").status_code for name, token in wrong.items()}
    assert {name: status for name, status in found.items() if status not in (400, 404)} == {}


def test_a_manage_link_is_no_privacy_link(visitor: Visitor, booking: BookingView, app: Flask) -> None:
    from webapp.services.shared.links import manage_token

    with app.app_context():
        assert visitor.open(f"/privacy/{manage_token(booking.uid)}").status_code == 404
        assert visitor.open(f"/manage/{privacy_token(booking.uid, EMAIL)}").status_code == 404


def test_a_notice_that_has_begun_does_not_keep_from_erasing(visitor: Visitor, link: str, build: Build) -> None:
    build.row("UPDATE event_type SET change_notice_minutes = 500000 WHERE slug = '30min' RETURNING id")
    visitor.submit(f"{link}/erase", action=link, sure="y")
    assert tuple(build.row("SELECT status, cancelled_by FROM booking")) == ("cancelled", "system")


def test_a_new_booking_has_a_link_of_its_own(visitor: Visitor, link: str, booking: BookingView, build: Build) -> None:
    visitor.submit(f"{link}/erase", action=link, sure="y")
    again = build.booking(build.slot(booking.host_id, tomorrow(16, days=3)), email=EMAIL)
    assert visitor.open(link).status_code == 404
    with build.app.app_context():
        page = visitor.open(f"/privacy/{privacy_token(again.uid, EMAIL)}").text
    assert page.count("<li class=") == 1


def test_every_public_page_leads_there(visitor: Visitor, booking: BookingView, app: Flask) -> None:
    from webapp.services.shared.links import manage_token

    with app.app_context():
        manage = manage_token(booking.uid)
    for path in ("/", "/ada", "/ada/30min", f"/manage/{manage}", "/nobody"):
        assert 'href="/privacy"' in visitor.open(path).text
