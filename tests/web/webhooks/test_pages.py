"""/settings/webhooks: create, view, change, test, send again, new secret, delete."""

import re
import uuid
from html import unescape

import pytest

from tests.builders import Build
from tests.web.desk import Desk
from tests.web.pages import Visitor, errors_of

PAGE = "/settings/webhooks"
URL = "https://hooks.example.org/in"
NEW = {"url": URL, "events": ["booking.created", "booking.no_show"], "description": "Billing"}
SECRET = re.compile(r'value="(whsec_[A-Za-z0-9+/=]{32,})"')


def make(desk: Desk, **values: object) -> str:
    """The address of a new webhook's page."""
    assert desk.post(PAGE, **NEW | values).status_code == 200
    found = re.findall(rf'href="({PAGE}/[0-9a-f-]+)"', desk.open(PAGE).text)
    return str(found[-1])


def test_the_secret_is_shown_once(desk: Desk) -> None:
    response = desk.post(PAGE, **NEW)
    found = SECRET.search(response.text)
    assert found
    assert response.headers["Cache-Control"] == "no-store"
    page = desk.open(PAGE).text
    assert found[1] not in unescape(page)
    assert "Billing" in page
    assert URL in page


def test_it_works_as_it_was_made(desk: Desk, build: Build) -> None:
    page = desk.open(make(desk)).text
    assert all(text in page for text in (URL, "Billing", "booking.created, booking.no_show", "Switched on"))
    row = build.row("SELECT url, events, is_active FROM webhook_endpoint")
    assert tuple(row) == (URL, NEW["events"], True)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("url", "", "fill this in"), ("url", "mailto:ada@example.org", "begin with https://"),
        ("url", "http://10.0.0.1/", "private addresses"), ("url", "https://a:b@example.org/", "password"),
        ("url", "https://example.org/" + "x" * 2000, "2000 characters"), ("events", [], "Choose one or more."),
        ("events", ["webhook.test"], "not a valid choice"), ("description", "x" * 5000, "200 characters"),
        ("description", "a\u202eb", "ordinary characters"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_lost(
    desk: Desk, build: Build, field: str, value: object, words: str
) -> None:
    page = make(desk)
    for path in (PAGE, f"{page}/edit"):
        response = desk.post(path, **NEW | {"description": "What was typed", field: value})
        assert response.status_code == 422, path
        assert words in errors_of(response), path
        assert "What was typed" in response.text or field == "description"
        assert URL in response.text or field == "url"
    row = build.row("SELECT count(*), min(description), min(url) FROM webhook_endpoint")
    assert tuple(row) == (1, "Billing", URL)


def test_change(desk: Desk, build: Build) -> None:
    page = make(desk)
    form = desk.open(f"{page}/edit").text
    assert URL in form
    assert len(re.findall(r"<input[^>]* checked", form)) == 3  # two events, and that it is switched on
    response = desk.post(f"{page}/edit", url=f"{URL}/2", events=["slot.published"], description="")
    assert (response.status_code, response.headers["Location"]) == (303, page)
    row = build.row("SELECT url, events, description, is_active FROM webhook_endpoint")
    assert tuple(row) == (f"{URL}/2", ["slot.published"], "", False)
    assert "Switched off" in desk.open(page).text


def test_one_that_was_switched_off_for_failing_says_why_and_is_switched_on_again(desk: Desk, build: Build) -> None:
    page = make(desk)
    switch_off = "UPDATE webhook_endpoint SET is_active = false, disabled_at = now(), failing_since = {} RETURNING id"
    build.row(switch_off.format("now() - interval '1 day'"))
    text = desk.open(page).text
    assert "no message has got through" in text
    assert "Switched off by Openslot" in text
    assert "Switched off by Openslot" in desk.open(PAGE).text
    assert desk.post(f"{page}/switch-on").status_code == 303
    assert "got through" not in desk.open(page).text
    row = build.row("SELECT is_active, disabled_at, failing_since FROM webhook_endpoint")
    assert tuple(row) == (True, None, None)


def test_one_that_fails_warns(desk: Desk, build: Build) -> None:
    page = make(desk)
    build.row("UPDATE webhook_endpoint SET failing_since = now() RETURNING id")
    assert "After a day like this it is switched off" in desk.open(page).text


def test_a_test_message_is_listed_with_its_tries(desk: Desk, build: Build) -> None:
    page = make(desk)
    assert "Nothing was sent yet" in desk.open(page).text
    assert desk.post(f"{page}/test").headers["Location"] == page
    text = desk.open(page).text
    assert "webhook.test" in text
    assert "Send again" not in text
    build.rows(
        "INSERT INTO webhook_attempt (delivery_id, duration_ms, status)"
        " SELECT id, 84, answer FROM delivery, (VALUES (503), (NULL)) AS answers (answer) RETURNING id"
    )
    build.row("UPDATE delivery SET attempts = 2, due_at = now() + interval '1 hour', last_error = 'why' RETURNING id")
    text = desk.open(page).text
    assert "answered 503, 84 ms" in text
    assert "no answer, 84 ms" in text
    assert "Next try:" in text
    assert "why" not in text.partition('id="messages"')[2].partition("</section>")[0]


def test_send_again(desk: Desk, build: Build) -> None:
    page = make(desk)
    desk.post(f"{page}/test")
    build.row("UPDATE delivery SET status = 'dead' RETURNING id")
    link = re.search(rf'action="({page}/deliveries/msg_[0-9a-f]+/send-again)"', desk.open(page).text)
    assert link
    assert desk.post(link[1]).headers["Location"] == page
    assert build.row("SELECT status FROM delivery")[0] == "waiting"
    assert desk.post(f"{page}/deliveries/msg_0/send-again").status_code == 404


def test_nothing_is_sent_to_one_that_was_switched_off_meanwhile(desk: Desk, build: Build) -> None:
    page = make(desk)
    desk.post(f"{page}/test")
    message = build.row("UPDATE delivery SET status = 'dead' RETURNING message_id")[0]
    build.row("UPDATE webhook_endpoint SET is_active = false RETURNING id")
    for path in (f"{page}/test", f"{page}/deliveries/{message}/send-again"):
        assert desk.post(path).headers["Location"] == page
        text = desk.open(page).text
        assert "Nothing was sent: it is switched off." in text
        assert "Send again" not in text
        assert "Switch it on" in text
    assert [row.status for row in build.rows("SELECT status FROM delivery")] == ["dead"]


def test_many_messages_are_leafed_through(desk: Desk) -> None:
    page = make(desk)
    for _ in range(21):
        desk.post(f"{page}/test")
    older = re.search(r'rel="next" href="([^"]+)"', desk.open(page).text)
    assert older
    last = desk.open(unescape(older[1])).text
    assert last.count("<code>webhook.test</code>") == 1
    assert 'rel="prev"' in last
    assert desk.open(f"{page}?before=nonsense").status_code == 422


def test_messages_are_a_fragment_too(desk: Desk) -> None:
    page = make(desk)
    desk.post(f"{page}/test")
    fragment = desk.open(page, htmx=True).text.strip()
    assert fragment.startswith('<section class="card stack" id="messages"')
    assert "hx-trigger" in fragment  # it is about to be sent: look again


@pytest.mark.parametrize(
    ("waits", "looks_again"),
    [("due_at = now() + interval '10 s'", True), ("due_at = now() + interval '1 h'", False),
     ("due_at = now() - interval '1 h'", False), ("status = 'dead'", False)],
)  # fmt: skip
def test_the_page_looks_again_while_something_is_about_to_happen(
    desk: Desk, build: Build, waits: str, looks_again: bool
) -> None:
    page = make(desk)
    desk.post(f"{page}/test")
    build.row(f"UPDATE delivery SET attempts = 1, {waits} RETURNING id")
    assert ('hx-trigger="load' in desk.open(page, htmx=True).text) is looks_again
    build.row("INSERT INTO webhook_attempt (delivery_id) SELECT id FROM delivery RETURNING id")  # under way
    assert ": under way" in desk.open(page).text
    assert ('hx-trigger="load' in desk.open(page, htmx=True).text) is ("dead" not in waits)
    build.row("UPDATE webhook_attempt SET attempted_at = now() - interval '1 h' RETURNING id")  # the worker died
    assert "no answer" in desk.open(page).text


def test_a_new_secret_asks_first_and_is_shown_once(desk: Desk, build: Build) -> None:
    page = make(desk)
    salt = build.row("SELECT secret_salt FROM webhook_endpoint")[0]
    assert not SECRET.search(desk.open(f"{page}/secret").text)
    assert build.row("SELECT secret_salt FROM webhook_endpoint")[0] == salt
    response = desk.post(f"{page}/secret")
    found = SECRET.search(response.text)
    assert found
    assert response.headers["Cache-Control"] == "no-store"
    assert found[1] not in unescape(desk.open(f"{page}/secret").text)
    assert build.row("SELECT secret_salt FROM webhook_endpoint")[0] != salt


def test_deleting_asks_first(desk: Desk, build: Build) -> None:
    page = make(desk)
    assert "Billing" in desk.open(f"{page}/delete").text
    assert build.row("SELECT count(*) FROM webhook_endpoint")[0] == 1
    assert desk.post(f"{page}/delete").headers["Location"] == PAGE
    assert build.row("SELECT count(*) FROM webhook_endpoint")[0] == 0
    assert desk.open(page).status_code == 404


def test_webhooks_of_others_do_not_exist(desk: Desk, other_desk: Desk, build: Build) -> None:
    page = make(desk)
    desk.post(f"{page}/test")
    before = build.rows("SELECT * FROM webhook_endpoint, delivery")
    message = build.row("SELECT message_id FROM delivery")[0]
    assert "Billing" not in other_desk.open(PAGE).text
    for address in (page, f"{PAGE}/{uuid.uuid4()}"):
        for path in ("", "/edit", "/secret", "/delete"):
            assert other_desk.open(address + path).status_code == 404
        for path in ("/edit", "/secret", "/delete", "/switch-on", "/test", f"/deliveries/{message}/send-again"):
            assert other_desk.post(address + path, **NEW).status_code == 404
    assert build.rows("SELECT * FROM webhook_endpoint, delivery") == before


def test_what_was_typed_is_text(desk: Desk) -> None:
    page = make(desk, description="<script>alert(1)</script>", url=f"{URL}?a=%22%3E<b>"[:29])
    for path in (PAGE, page, f"{page}/edit", f"{page}/delete", f"{page}/secret"):
        assert "<script>alert" not in desk.open(path).text


def test_at_most_twenty(desk: Desk, build: Build) -> None:
    for _ in range(20):
        assert desk.post(PAGE, **NEW).status_code == 200
    response = desk.post(PAGE, **NEW)
    assert response.status_code == 422
    assert "20" in errors_of(response)
    assert build.row("SELECT count(*) FROM webhook_endpoint")[0] == 20


def test_nobody_else_comes_in(visitor: Visitor) -> None:
    assert visitor.open(PAGE).status_code == 303


def test_settings_lead_there(desk: Desk) -> None:
    assert f'href="{PAGE}"' in desk.open("/settings").text
