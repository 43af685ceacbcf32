"""Mails about accounts: their content, and that their links work."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.builders import Build
from tests.effects.harness import InProcess, words
from webapp.core.db import transaction
from webapp.domain.bookings import EventKind
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.services.shared import outbox


@pytest.fixture
def tell(mailer: InProcess, sink: MailSink, context: None):  # type: ignore[no-untyped-def]
    """Record one event of this host, deliver, give the mail (or None)."""

    def record(kind: EventKind, host: int):  # type: ignore[no-untyped-def]
        with transaction() as session:
            outbox.record(session, kind, host_id=host)
        mailer.run()
        return sink.messages[-1].message if sink.messages else None

    return record


def link(mail: object, path: str) -> str:
    (found,) = [line for line in words(mail).splitlines() if line.startswith(f"http://localhost{path}/")]  # type: ignore[arg-type]
    return found.removeprefix("http://localhost")


@pytest.mark.parametrize(
    ("kind", "path"), [(EventKind.ACCOUNT_CONFIRM, "/confirm"), (EventKind.ACCOUNT_RESET, "/reset")]
)
def test_the_link_opens_and_its_token_stands_nowhere(  # type: ignore[no-untyped-def]
    tell, build: Build, client: FlaskClient, owner: Engine, kind: EventKind, path: str
) -> None:
    mail = tell(kind, build.host(confirmed=False, name="Pills from evil.example"))
    address = link(mail, path)
    assert client.get(address).status_code == 200
    assert "evil" not in mail.as_string() + words(mail)
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    with owner.begin() as connection:
        stored = connection.execute(text("SELECT outbox_event::text || delivery::text FROM outbox_event, delivery"))
        assert address.rpartition("/")[2] not in str(stored.all())


def test_a_changed_password_is_told(tell, build: Build) -> None:  # type: ignore[no-untyped-def]
    mail = tell(EventKind.ACCOUNT_PASSWORD_CHANGED, build.host())
    assert mail["Subject"] == "Your password was changed"
    assert "http://localhost/reset" in words(mail)


def test_who_has_confirmed_already_is_not_asked_again(tell, build: Build, mailer: InProcess) -> None:  # type: ignore[no-untyped-def]
    assert tell(EventKind.ACCOUNT_CONFIRM, build.host(confirmed=True)) is None
    assert mailer.states() == [("host", "skipped", 0)]
