"""Deliveries from the outbox to sent, dead or skipped, with a mail server in every state."""

import pytest

from tests.builders import Build, tomorrow
from tests.effects.harness import InProcess, ics
from tests.services.ical.ics_rules import values
from webapp.core.db import session, transaction
from webapp.domain.actor import GUEST, admin_actor, host_actor
from webapp.domain.bookings import EventKind
from webapp.domain.errors import Forbidden
from webapp.effects import retries
from webapp.effects.mail import smtp
from webapp.embedded.mailcatcher.sink import Fault, MailSink
from webapp.services.bookings import bookings
from webapp.services.bookings.view import BookingView
from webapp.services.mail.deliveries import claim, lease_due
from webapp.services.mail.reports import delivery_states, mail_figures, replay
from webapp.services.shared import outbox


@pytest.fixture
def booking(build: Build, mailer: InProcess, context: None) -> BookingView:
    return build.booking(build.slot(build.host()))


def sequences(sink: MailSink, recipient: str) -> list[str]:
    return [values(ics(mail.message))["SEQUENCE"] for mail in sink.messages if mail.recipients == (recipient,)]


def test_one_delivery_per_recipient_however_often_the_event_is_dispatched(
    mailer: InProcess, booking: BookingView, sink: MailSink
) -> None:
    assert mailer.dispatch() == 1
    mailer.execute("UPDATE outbox_event SET dispatched_at = NULL")
    assert mailer.dispatch() == 1
    assert mailer.states() == [("guest", "waiting", 0), ("host", "waiting", 0)]
    mailer.run()
    assert mailer.states() == [("guest", "sent", 0), ("host", "sent", 0)]
    assert len(sink.messages) == 2


def test_a_rolled_back_event_never_was(mailer: InProcess, build: Build, context: None) -> None:
    host = build.host()

    def change_mind() -> None:
        with transaction() as current:
            outbox.record(current, EventKind.ACCOUNT_PASSWORD_CHANGED, host_id=host)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_mind()
    assert mailer.dispatch() == 0


def test_the_message_id_stays_through_all_tries(mailer: InProcess, booking: BookingView, sink: MailSink) -> None:
    sink.fault = Fault.CUT  # the server has the mail and we do not know
    mailer.run()
    assert sink.cut == 1  # the second of the batch was not even tried
    sink.fault = Fault.NONE
    mailer.let_time_pass()
    mailer.run()
    assert {mail.message["Message-ID"] for mail in sink.messages} == {row.message_id for row in mailer.deliveries()}
    assert mailer.states() == [("guest", "sent", 1), ("host", "sent", 1)]
    sink.cut = 0


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.HANG, Fault.TEMPORARY, Fault.CUT])
def test_trouble_that_passes_delays_and_loses_nothing(
    mailer: InProcess, booking: BookingView, sink: MailSink, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", 0.2)
    sink.fault = fault
    mailer.run()
    assert mailer.states() == [("guest", "waiting", 1), ("host", "waiting", 1)]
    assert all(row.last_error and "@" not in row.last_error for row in mailer.deliveries())
    assert mailer.deliver_due() == 0  # not before its pause is over
    sink.fault = Fault.NONE
    mailer.let_time_pass()
    mailer.run()
    assert mailer.states() == [("guest", "sent", 1), ("host", "sent", 1)]
    assert len(sink.messages) == 2
    assert all(row.last_error is None for row in mailer.deliveries())


def test_a_refused_address_is_dead_at_once_and_blocks_nobody(
    mailer: InProcess, booking: BookingView, sink: MailSink
) -> None:
    sink.rejected.add(booking.guest_email)
    mailer.run()
    assert mailer.states() == [("guest", "dead", 1), ("host", "sent", 0)]
    to_guest, *_ = delivery_states(session(), booking.id)
    assert to_guest.last_error is not None
    assert to_guest.last_error.startswith("550")
    assert booking.guest_email not in to_guest.last_error


def test_after_the_last_try_it_is_dead(
    mailer: InProcess, booking: BookingView, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "TRIES", 2)
    sink.fault = Fault.TEMPORARY
    mailer.run()
    mailer.let_time_pass()
    mailer.run()
    assert mailer.states() == [("guest", "dead", 2), ("host", "dead", 2)]
    assert mail_figures(session()).dead == 2


def test_the_dead_can_be_sent_again_and_that_is_written_down(
    mailer: InProcess, booking: BookingView, sink: MailSink, build: Build
) -> None:
    sink.fault = Fault.PERMANENT
    mailer.run()
    ids = [row.id for row in mailer.deliveries()]
    sink.fault = Fault.NONE
    stranger = build.host()
    assert replay(ids, actor=host_actor(stranger)) == 0
    assert replay(ids, actor=admin_actor(stranger)) == 2
    mailer.run()
    assert mailer.states() == [("guest", "sent", 0), ("host", "sent", 0)]
    audit = build.rows("SELECT object_id FROM audit_entry WHERE action = 'delivery.replay' ORDER BY object_id")
    assert [row.object_id for row in audit] == ids


def test_a_guest_cannot_send_again(mailer: InProcess, booking: BookingView) -> None:
    mailer.run()
    with pytest.raises(Forbidden):
        replay([row.id for row in mailer.deliveries()], actor=GUEST)
    assert {row.status for row in mailer.deliveries()} == {"sent"}


def test_versions_arrive_in_their_order_although_the_first_one_was_held_up(
    mailer: InProcess, booking: BookingView, build: Build, sink: MailSink
) -> None:
    sink.fault = Fault.TEMPORARY
    mailer.run()
    sink.fault = Fault.NONE
    build.slot(booking.host_id, tomorrow(15))
    bookings.reschedule(booking.uid, tomorrow(15), actor=host_actor(booking.host_id))
    bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
    mailer.run()
    assert sink.messages == []  # the confirmation still waits for its next try, and the others behind it
    mailer.let_time_pass()
    mailer.run()
    assert sequences(sink, booking.guest_email) == ["0", "1", "2"]
    assert sequences(sink, booking.host_email) == ["0", "1", "2"]


def test_a_dead_one_holds_nobody_up(mailer: InProcess, booking: BookingView, sink: MailSink) -> None:
    sink.fault = Fault.PERMANENT
    mailer.run()
    sink.fault = Fault.NONE
    bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
    mailer.run()
    assert sequences(sink, booking.guest_email) == ["1"]


def test_an_event_that_another_relay_still_holds_goes_first(
    mailer: InProcess, booking: BookingView, sink: MailSink
) -> None:
    bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
    mailer.dispatch()
    mailer.execute("DELETE FROM delivery WHERE booking_version = 0")
    mailer.execute("UPDATE outbox_event SET dispatched_at = NULL WHERE booking_version = 0")
    assert mailer.deliver_due() == 0
    mailer.run()
    assert sequences(sink, booking.guest_email) == ["0", "1"]


def test_what_a_later_mail_has_overtaken_is_not_sent_again(
    mailer: InProcess, booking: BookingView, sink: MailSink
) -> None:
    mailer.run()
    bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
    mailer.run()
    confirmation = next(row.id for row in mailer.deliveries() if row.booking_version == 0)
    replay([confirmation], actor=host_actor(booking.host_id))
    sink.clear()
    mailer.run()
    assert sink.messages == []
    (row,) = (row for row in mailer.deliveries() if row.id == confirmation)
    assert (row.status, row.last_error) == ("skipped", "a later mail about this booking has arrived already")


def test_a_lease_keeps_others_off_and_ends(mailer: InProcess, booking: BookingView) -> None:
    mailer.dispatch()
    with transaction() as current:
        assert len(lease_due(current, limit=10)) == 2
    with transaction() as current:
        assert lease_due(current, limit=10) == []
    mailer.let_time_pass()
    with transaction() as current:
        assert len(lease_due(current, limit=10)) == 2


def test_a_delivery_in_hand_is_nobody_elses(mailer: InProcess, booking: BookingView, sink: MailSink) -> None:
    mailer.dispatch()
    with transaction() as current:
        leases = lease_due(current, limit=10)
    with mailer.owner.begin() as other:
        other.exec_driver_sql(f"SELECT 1 FROM delivery WHERE id = {leases[0].delivery_id} FOR UPDATE")
        with transaction() as current:
            assert claim(current, leases[0]) is None
            assert claim(current, leases[1]) is not None


def test_a_lease_is_void_once_its_try_was_counted(mailer: InProcess, booking: BookingView, sink: MailSink) -> None:
    mailer.dispatch()
    with transaction() as current:
        leases = lease_due(current, limit=10)
    mailer.execute("UPDATE delivery SET attempts = 1")
    with transaction() as current:
        assert [claim(current, lease) for lease in leases] == [None, None]


def test_pauses_grow_and_end_after_about_a_day() -> None:
    pauses = [retries.pause_after(tries) for tries in range(1, retries.TRIES)]
    known = [pause.total_seconds() for pause in pauses if pause]
    assert len(known) == len(pauses)
    assert known == sorted(known)
    assert 23 < sum(known) / 3600 < 26
    assert retries.pause_after(retries.TRIES) is None


def test_an_event_of_a_kind_unknown_here_waits_and_holds_up_no_other_booking(
    mailer: InProcess, booking: BookingView, build: Build, sink: MailSink
) -> None:
    mailer.execute("UPDATE outbox_event SET kind = 'booking.from_the_future'")
    other = build.booking(build.slot(booking.host_id, tomorrow(14)))
    mailer.run()
    assert {mail.recipients[0] for mail in sink.messages} == {other.guest_email, other.host_email}
    mailer.execute("UPDATE outbox_event SET kind = 'booking.confirmed'")
    mailer.run()
    assert len(sink.messages) == 4


def test_an_event_of_a_kind_unknown_here_holds_up_later_mails_of_its_booking_only_for_an_upgrade(
    mailer: InProcess, booking: BookingView, sink: MailSink
) -> None:
    mailer.execute("UPDATE outbox_event SET kind = 'booking.from_the_future'")
    bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
    mailer.run()
    assert not sink.messages
    mailer.execute("UPDATE outbox_event SET occurred_at = now() - interval '16 minutes' WHERE dispatched_at IS NULL")
    mailer.run()
    assert {mail.recipients[0] for mail in sink.messages} == {booking.guest_email, booking.host_email}
