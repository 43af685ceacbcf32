"""A mail server that refuses everything: no mail is given up, the operator is told, and sending resumes by itself."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.builders import Build, tomorrow
from tests.effects.harness import IS_LETTER, InProcess, WorkerProcess, eventually, subjects
from webapp.domain.actor import host_actor
from webapp.effects import clock, retries
from webapp.embedded.mailcatcher.sink import Fault, MailSink
from webapp.services.bookings import bookings
from webapp.services.bookings.view import BookingView
from webapp.services.mail.server_refusals import MANY, OFTEN

NOTHING_ACCEPTED = "mail server: nothing accepted"


def count(owner: Engine, status: str) -> int:
    with owner.begin() as connection:
        rows = connection.execute(text(f"SELECT count(*) FROM delivery WHERE {IS_LETTER} AND status = '{status}'"))
        return int(rows.scalar_one())


@pytest.mark.parametrize("fault", [Fault.PERMANENT, Fault.DENIED])
def test_a_worker_gives_up_nothing_while_everything_is_refused_and_goes_on_by_itself(
    worker: Callable[..., WorkerProcess],
    build: Build,
    owner: Engine,
    sink: MailSink,
    client: FlaskClient,
    context: None,
    fault: Fault,
) -> None:
    sink.fault = fault
    process = worker()
    process.wait_until_ready()
    slots = build.slots(build.host(), [tomorrow(hour) for hour in range(6, 18)])
    booked = [build.booking(slot) for slot in slots]
    eventually(lambda: len(build.rows("SELECT 1 FROM delivery WHERE attempts > 0")) == 24)
    assert count(owner, "dead") == 0
    assert NOTHING_ACCEPTED in client.get("/readyz").text
    bookings.cancel(booked[0].uid, actor=host_actor(booked[0].host_id))
    sink.fault = Fault.NONE
    sink.wait_for(26, timeout=240)
    eventually(lambda: count(owner, "sent") == 26)
    assert subjects(sink, booked[0].guest_email) == ["Confirmed", "Cancelled"]
    assert NOTHING_ACCEPTED not in client.get("/readyz").text


def book(build: Build, host: int, number: int, *, day: int = 1) -> list[BookingView]:
    slots = build.slots(host, [tomorrow(6 + n, days=day) for n in range(number)])
    return [build.booking(slot) for slot in slots]


def test_one_after_the_other_is_believed_until_it_is_too_many(
    mailer: InProcess, build: Build, sink: MailSink, client: FlaskClient
) -> None:
    host = build.host()
    book(build, host, 2)
    sink.fault = Fault.PERMANENT
    mailer.run()
    assert [row.status for row in mailer.deliveries()] == ["dead"] * 4
    assert NOTHING_ACCEPTED not in client.get("/readyz").text
    book(build, host, 1, day=2)
    mailer.run()
    assert [row.status for row in mailer.deliveries()] == ["waiting"] * 6  # those that were given up, too
    assert NOTHING_ACCEPTED in client.get("/readyz").text
    sink.fault = Fault.NONE
    mailer.let_time_pass()
    mailer.run()
    assert [(row.status, row.refused_at) for row in mailer.deliveries()] == [("sent", None)] * 6
    assert len(sink.messages) == 6


def test_a_new_instance_whose_mail_server_is_not_there_says_so_after_a_few_tries(
    mailer: InProcess, build: Build, sink: MailSink, client: FlaskClient
) -> None:
    """Nothing was ever accepted, and one mail is all there is."""
    book(build, build.host(), 1)
    mailer.dispatch()
    mailer.execute("UPDATE delivery SET status = 'skipped' WHERE recipient = 'host'")
    sink.fault = Fault.REFUSE
    for _ in range(OFTEN):
        assert NOTHING_ACCEPTED not in client.get("/readyz").text
        mailer.let_time_pass()
        mailer.deliver_due()
    assert NOTHING_ACCEPTED in client.get("/readyz").text


def test_what_was_refused_before_another_was_accepted_stays_given_up(
    mailer: InProcess, build: Build, sink: MailSink
) -> None:
    host = build.host()
    for day in range(1, 4):
        sink.rejected.update(booking.guest_email for booking in book(build, host, 2, day=day))
        mailer.run()  # the host's are accepted
    assert len(sink.messages) == 6
    assert [row.status for row in mailer.deliveries() if row.recipient == "guest"] == ["dead"] * 6
    sink.fault = Fault.PERMANENT
    book(build, host, 3, day=5)
    mailer.run()
    assert [row.status for row in mailer.deliveries() if row.recipient == "guest"] == ["dead"] * 6 + ["waiting"] * 3


def test_what_need_not_be_sent_any_more_is_no_sign_of_trouble(
    mailer: InProcess, build: Build, sink: MailSink, client: FlaskClient
) -> None:
    sink.fault = Fault.DENIED
    book(build, build.host(), MANY)
    mailer.run()
    assert NOTHING_ACCEPTED in client.get("/readyz").text
    mailer.execute("UPDATE delivery SET status = 'skipped'")  # as for guests who were erased meanwhile
    assert NOTHING_ACCEPTED not in client.get("/readyz").text


def test_it_ends_after_the_last_try_all_the_same(
    mailer: InProcess, build: Build, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "TRIES", 3)
    sink.fault = Fault.PERMANENT
    book(build, build.host(), MANY)
    for _ in range(4):
        mailer.run()
        mailer.let_time_pass()
    assert {(row.status, row.attempts) for row in mailer.deliveries()} == {("dead", 3)}


def test_without_a_word_about_recipients_somebody_is_told_too(
    mailer: InProcess, build: Build, sink: MailSink, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    sink.fault = Fault.REFUSE  # as a login that is refused: it comes before any mail
    book(build, build.host(), 1)
    alarms = []
    for _ in range(3):
        mailer.run()
        mailer.let_time_pass()
        alarms.append(NOTHING_ACCEPTED in client.get("/readyz").text)
    assert alarms == [False, False, True]
    task = next(task for task in clock.PERIODIC_TASKS if "mail" in task.work.__name__)
    with mailer.app.app_context():
        task.work()
    (alarm,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert NOTHING_ACCEPTED in alarm.message
    assert "no mail server" in alarm.message
