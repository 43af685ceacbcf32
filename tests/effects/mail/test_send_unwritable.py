"""Mails that cannot be rendered: dead immediately and logged, unless the cause is temporary."""

import pytest
from sqlalchemy import text

from tests.builders import Build, tomorrow
from tests.effects.harness import InProcess
from webapp.core.db import session
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.services.bookings.view import BookingView


@pytest.fixture
def booking(build: Build, mailer: InProcess, context: None) -> BookingView:
    return build.booking(build.slot(build.host()))


def test_a_mail_that_cannot_be_written_is_dead_at_once_and_harms_no_other(
    mailer: InProcess, build: Build, sink: MailSink, caplog: pytest.LogCaptureFixture
) -> None:
    host = build.host()
    build.booking(build.slot(host))
    mailer.execute("UPDATE outbox_event SET data = '{}'")
    build.booking(build.slot(host, tomorrow(14)))
    mailer.run()
    assert [row.status for row in mailer.deliveries()] == ["dead", "dead", "sent", "sent"]
    assert mailer.deliveries()[0].last_error == "could not be written: KeyError"
    said = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.getMessage() for record in said] == [
        f"delivery {row.id} cannot be written" for row in mailer.deliveries()[:2]
    ]


def test_trouble_with_the_database_while_a_mail_is_written_passes(
    mailer: InProcess, booking: BookingView, sink: MailSink
) -> None:
    role = session().scalar(text("SELECT current_user"))
    mailer.dispatch()
    mailer.execute(f"REVOKE SELECT ON guest FROM {role}")
    try:
        mailer.run()
        assert mailer.states() == [("guest", "waiting", 1), ("host", "waiting", 1)]
        assert mailer.deliveries()[0].last_error == "could not be tried: ProgrammingError"
    finally:
        mailer.execute(f"GRANT SELECT ON guest TO {role}")
    mailer.let_time_pass()
    mailer.run()
    assert mailer.states() == [("guest", "sent", 1), ("host", "sent", 1)]


def test_a_mail_of_a_kind_unknown_here_waits_for_the_program_that_knows_it(
    mailer: InProcess, booking: BookingView, sink: MailSink
) -> None:
    mailer.dispatch()
    mailer.execute("UPDATE delivery SET kind = 'booking.from_the_future' WHERE kind = 'booking.confirmed'")
    mailer.run()
    assert mailer.states() == [("guest", "waiting", 1), ("host", "waiting", 1)]
    mailer.execute("UPDATE delivery SET kind = 'booking.confirmed' WHERE kind = 'booking.from_the_future'")
    mailer.let_time_pass()
    mailer.run()
    assert mailer.states() == [("guest", "sent", 1), ("host", "sent", 1)]
