"""The harness of the mail tests."""

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import Engine, Row, text

from webapp.core.db import transaction
from webapp.effects.mail import jobs
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.services.mail.dispatch import dispatch_events
from webapp.services.mail.limits import lease_mails

IS_LETTER = "kind NOT LIKE 'reminder.%'"
NEXT_TRY = f"UPDATE delivery SET due_at = now() WHERE status = 'waiting' AND {IS_LETTER}"

# All at once, as time itself would do it: the ranges of slots must agree with their ends.
NEARER = """
    WITH step AS (SELECT min(starts_at) - now() - make_interval(secs => 60 * :minutes) AS wide FROM slot),
    slots AS (
        UPDATE slot SET starts_at = starts_at - wide, ends_at = ends_at - wide,
            busy = tstzrange(lower(busy) - wide, upper(busy) - wide) FROM step
    ),
    events AS (
        UPDATE outbox_event SET data = data || jsonb_build_object(
            'start', (data->>'start')::timestamptz - wide, 'end', (data->>'end')::timestamptz - wide)
        FROM step WHERE booking_id IS NOT NULL
    )
    UPDATE delivery SET due_at = due_at - wide FROM step
"""


@dataclass
class InProcess:
    """The relay's and the job's work, called by the test."""

    app: Flask
    owner: Engine

    def dispatch(self) -> int:
        with self.app.app_context(), transaction() as session:
            return dispatch_events(session)

    def deliver_due(self) -> int:
        """One job with everything that is due; how many deliveries were in it."""
        with self.app.app_context():
            with transaction() as session:
                leases = lease_mails(session, limit=1000)
            jobs.deliver([[lease.delivery_id, lease.attempts] for lease in leases])
            return len(leases)

    def run(self) -> None:
        """Until nothing is due."""
        self.dispatch()
        while self.deliver_due():
            pass

    def let_time_pass(self) -> None:
        """To the next try of every letter that waits."""
        self.execute(NEXT_TRY)

    def let_reminders_come(self, kind: str = "reminder.%") -> None:
        """To the moment of the reminders of this kind; the booking's start stays where it is."""
        self.execute("UPDATE delivery SET due_at = now() WHERE status = 'waiting' AND kind LIKE :kind", kind=kind)

    def bring_start_to(self, minutes: float) -> None:
        """Move all slots and what waits for its moment in time, until the first slot begins in so many minutes."""
        self.execute(NEARER, minutes=minutes)

    def execute(self, statement: str, **values: Any) -> None:
        with self.owner.begin() as connection:
            connection.execute(text(statement), values)

    def deliveries(self) -> Sequence[Row[Any]]:
        """All letters, as they stand, in their order; no reminders."""
        return self._rows(f"SELECT * FROM delivery WHERE {IS_LETTER} ORDER BY id")

    def reminders(self) -> Sequence[Row[Any]]:
        """All of them, as they stand, by their moment, the guest's first."""
        return self._rows(f"SELECT * FROM delivery WHERE NOT {IS_LETTER} ORDER BY booking_version, id")

    def _rows(self, query: str) -> Sequence[Row[Any]]:
        with self.owner.begin() as connection:
            return connection.execute(text(query)).all()

    def states(self) -> list[tuple[str, str, int]]:
        return [(row.recipient, row.status, row.attempts) for row in self.deliveries()]


@dataclass
class WorkerProcess:
    process: subprocess.Popen[str]

    def wait_until_ready(self) -> None:
        """Until it has said so in its log."""
        assert self.process.stderr
        for line in self.process.stderr:
            if "worker ready" in line:
                return
        raise AssertionError("it ended before it was ready")

    def end(self, how: signal.Signals = signal.SIGTERM, timeout: float = 60) -> int:
        """Its exit code; negative for a signal."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(timeout)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            if self.process.stderr:
                self.process.stderr.close()


def eventually(condition: Callable[[], Any], timeout: float = 120) -> Any:
    """What the condition gives, once that is true."""
    deadline = time.monotonic() + timeout
    while not (result := condition()):
        assert time.monotonic() < deadline, f"not within {timeout} s"
        time.sleep(0.02)
    return result


def part(mail: EmailMessage, content_type: str) -> EmailMessage:
    """The first part of this type."""
    return next(part for part in mail.walk() if part.get_content_type() == content_type)


def words(mail: EmailMessage) -> str:
    return str(part(mail, "text/plain").get_content())


def ics(mail: EmailMessage) -> bytes:
    return bytes(part(mail, "text/calendar").get_payload(decode=True))


def subjects(sink: MailSink, recipient: str) -> list[str]:
    """What their subjects begin with, in the order of arrival."""
    mails = [mail.message for mail in sink.messages if mail.recipients == (recipient,)]
    return [str(mail["Subject"]).partition(":")[0] for mail in mails]


def reminder_states(mailer: InProcess) -> dict[tuple[str, str, int], str]:
    return {(row.kind, row.recipient, row.booking_version): row.status for row in mailer.reminders()}


def last_mail(sink: MailSink, recipient: str) -> EmailMessage:
    return [mail.message for mail in sink.messages if mail.recipients == (recipient,)][-1]


def lose_connections(app: Flask) -> None:
    """Postgres ends all connections of the application, as it does when it is restarted."""
    url: str = app.extensions["settings"].database_url
    with psycopg.connect(url) as connection:
        own = "usename = current_user AND pid <> pg_backend_pid() AND datname = current_database()"
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {own}")
