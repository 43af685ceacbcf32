"""Invalid rows: one attack per line, with the constraint that refuses it."""

from typing import NamedTuple

import pytest

from tests.models.attacker import INSERT_BOOKING, INSERT_DELIVERY, INSERT_SLOT, Attacker, Refusal


class Attack(NamedTuple):
    name: str
    statement: str
    sqlstate: str
    constraint: str | None


def update_slot(name: str, assignments: str, constraint: str, *, slot: str = "free", sqlstate: str = "23514") -> Attack:
    return Attack(name, f"UPDATE slot SET {assignments} WHERE id = %({slot})s", sqlstate, constraint)


def update_booking(name: str, assignments: str, constraint: str, sqlstate: str = "23514") -> Attack:
    return Attack(name, f"UPDATE booking SET {assignments} WHERE id = %(booking)s", sqlstate, constraint)


def seat(name: str, constraint: str, sqlstate: str, **given: str) -> Attack:
    """Attack the group of 3 whose seats 1 and 3 are taken, as its second guest where nothing else is given."""
    statement = INSERT_BOOKING
    for column, value in ({"slot": "%(group)s", "seat": "2", "capacity": "3"} | given).items():
        statement = statement.replace(f"%({column})s", value)
    return Attack(name, statement, sqlstate, constraint)


def delete(row: str, table: str, constraint: str) -> Attack:
    return Attack(f"delete its {row}", f"DELETE FROM {table} WHERE id = %({row})s", "23503", constraint)


def shifted(by: str) -> str:
    start, end = f"starts_at + interval '{by}'", f"ends_at + interval '{by}'"
    return f"starts_at = {start}, ends_at = {end}, busy = tstzrange({start}, {end})"


NEXT_DAY = "ends_at + interval '1 day'"

FALSE_SLOTS = (
    update_slot("ends when it starts", "ends_at = starts_at", "ck_slot_ends_after_start"),
    update_slot("endless", "ends_at = 'infinity', busy = tstzrange(starts_at, 'infinity')", "ck_slot_busy_half_open"),
    update_slot("has no end", "busy = tstzrange(starts_at, NULL)", "ck_slot_busy_half_open"),
    update_slot("has no beginning", "busy = tstzrange(NULL, ends_at)", "ck_slot_busy_half_open"),
    update_slot("began ever before", "busy = tstzrange('-infinity', ends_at)", "ck_slot_busy_half_open"),
    update_slot("includes its end", "busy = tstzrange(starts_at, ends_at, '[]')", "ck_slot_busy_half_open"),
    update_slot("takes no time", "busy = 'empty'", "ck_slot_busy_contains_slot"),
    update_slot("lies outside of its padding", f"busy = tstzrange(ends_at, {NEXT_DAY})", "ck_slot_busy_contains_slot"),
    update_slot("is padded by two days", f"busy = tstzrange(starts_at, {NEXT_DAY} * 2)", "ck_slot_reach"),
    update_slot("lasts a day", f"ends_at = {NEXT_DAY}, busy = tstzrange(starts_at, {NEXT_DAY})", "ck_slot_reach"),
    update_slot("has no seat", "capacity = 0", "ck_slot_capacity"),
    update_slot("is withdrawn with a guest in it", "withdrawn_at = now()", "ck_slot_withdrawn_is_free", slot="taken"),
    update_slot("is there twice", shifted("-2 h"), "uq_slot_event_type_starts_at", slot="taken", sqlstate="23505"),
    Attack("has an unknown origin", INSERT_SLOT.replace("'published'", "'found'"), "23514", "ck_slot_origin"),
    Attack("is of another host's event type", INSERT_SLOT.replace("%(event_type)s", "%(other_event_type)s"),
           "23503", "fk_slot_event_type_id_host_id_event_type"),
)  # fmt: skip

TOO_MANY_SEATS = (
    seat("seat 4 of 3", "ck_booking_seat", "23514", seat="4", guest="%(third_guest)s"),
    seat("seat 0", "ck_booking_seat", "23514", seat="0", guest="%(third_guest)s"),
    seat("a seat twice", "uq_booking_slot_id_seat", "23505", seat="1", guest="%(third_guest)s"),
    seat("a guest twice", "uq_booking_slot_id_guest_id", "23505", guest="%(guest)s"),
    seat("a capacity that the slot has not", "fk_booking_slot_id_host_id_slot_capacity_slot", "23503",
         seat="4", capacity="4", guest="%(third_guest)s"),
    seat("the only seat again", "uq_booking_slot_id_seat", "23505",
         slot="%(taken)s", seat="1", capacity="1", guest="%(third_guest)s"),
    update_slot("fewer seats than guests", "capacity = 1", "ck_slot_seats", slot="group"),
    update_slot("fewer seats than the highest one taken", "capacity = 2", "ck_booking_seat", slot="group"),
    update_booking("moved to where its guest sits already", "slot_id = %(group)s, slot_capacity = 3",
                   "uq_booking_slot_id_guest_id", "23505"),
)  # fmt: skip

FOREIGN_ROWS = (
    seat("another host's guest", "fk_booking_guest_id_host_id_guest", "23503", guest="%(other_guest)s"),
    seat("another host's slot", "fk_booking_slot_id_host_id_slot_capacity_slot", "23503",
         slot="%(other_slot)s", seat="1", capacity="1", guest="%(guest)s"),
    Attack("given to another host", "UPDATE booking SET host_id = %(other_host)s WHERE id = %(last_seat)s",
           "23503", "fk_booking_guest_id_host_id_guest"),
    Attack("an event of another host's booking",
           "UPDATE outbox_event SET host_id = %(other_host)s WHERE id = %(event)s",
           "23503", "fk_outbox_event_booking_id_host_id_booking"),
    Attack("a mail of another host's booking", "UPDATE delivery SET host_id = %(other_host)s WHERE id = %(delivery)s",
           "23503", "fk_delivery_booking_id_host_id_booking"),
)  # fmt: skip

PULLED_AWAY = (
    delete("host", "host", "fk_event_type_host_id_host"),
    delete("event_type", "event_type", "fk_slot_event_type_id_host_id_event_type"),
    delete("taken", "slot", "fk_booking_slot_id_host_id_slot_capacity_slot"),
    delete("guest", "guest", "fk_booking_guest_id_host_id_guest"),
    delete("booking", "booking", "fk_outbox_event_booking_id_host_id_booking"),
    delete("event", "outbox_event", "fk_delivery_event_id_outbox_event"),
)

FALSE_BOOKINGS = (
    update_booking("an unknown status", "status = 'maybe'", "ck_booking_status"),
    update_booking("cancelled, nobody knows when", "status = 'cancelled'", "ck_booking_cancelled_at"),
    update_booking("confirmed, but cancelled at a time", "cancelled_at = now(), cancelled_by = 'host'",
                   "ck_booking_cancelled_at"),
    update_booking("cancelled by nobody", "status = 'cancelled', cancelled_at = now()", "ck_booking_cancelled_by"),
    update_booking("cancelled by a stranger", "status = 'cancelled', cancelled_at = now(), cancelled_by = 'cat'",
                   "ck_booking_cancelled_by"),
    update_booking("a version below 0", "version = -1", "ck_booking_version"),
)  # fmt: skip

SECOND_ONES = (
    Attack("a guest whose address differs in case",
           "INSERT INTO guest (host_id, email) VALUES (%(host)s, 'GUEST@example.NET')",
           "23505", "uq_guest_host_id_email_lower"),
    Attack("a host whose address differs in case",
           "UPDATE host SET email = 'HOST@example.ORG' WHERE id = %(other_host)s",
           "23505", "uq_host_email_lower"),
    Attack("a public address twice",
           "UPDATE host SET slug = 'host' WHERE id = %(other_host)s", "23505", "uq_host_slug"),
    Attack("an idempotency key twice",
           "INSERT INTO idempotency_key (scope, key, request_hash) VALUES ('guest', 'key', 'x')",
           "23505", "pk_idempotency_key"),
    Attack("a mail of one event twice", INSERT_DELIVERY.replace("%(message)s", "'<2@localhost>'"),
           "23505", "uq_delivery_booking_id_booking_version_kind_channel_recipient"),
    Attack("a mail of one booking, version and kind by a second event",
           INSERT_DELIVERY.replace("%(message)s", "'<2@localhost>'").replace("%(event)s", "%(second_event)s"),
           "23505", "uq_delivery_booking_id_booking_version_kind_channel_recipient"),
    Attack("a mail whose booking has no version", INSERT_DELIVERY.replace("%(message)s", "'<2@localhost>'").replace(
           " 0,", " NULL,"), "23514", "ck_delivery_booking_version"),
    Attack("an event whose booking has no version",
           "UPDATE outbox_event SET booking_version = NULL WHERE id = %(event)s",
           "23514", "ck_outbox_event_booking_version"),
    Attack("a message id twice", "UPDATE delivery SET message_id = '<1@localhost>' WHERE id = %(second_delivery)s",
           "23505", "uq_delivery_message_id"),
)  # fmt: skip

FALSE_FACTS = (
    Attack("a delivery of an unknown status", "UPDATE delivery SET status = 'lost' WHERE id = %(delivery)s",
           "23514", "ck_delivery_status"),
    Attack("a mail sent at no time", "UPDATE delivery SET status = 'sent' WHERE id = %(delivery)s",
           "23514", "ck_delivery_sent_at"),
    Attack("an unknown actor", "INSERT INTO audit_entry (actor_kind, action, object_kind, object_id)"
           " VALUES ('cat', 'a', 'slot', 1)", "23514", "ck_audit_entry_actor_kind"),
    Attack("a client address that was another", "UPDATE audit_entry SET client_address = '192.0.2.1'",
           "23514", None),
    Attack("a client address hashed within a month", "UPDATE audit_entry SET client_address = 'hmac:0'",
           "23514", None),
    Attack("an event type of 7 minutes", "UPDATE event_type SET duration_minutes = 7 WHERE id = %(event_type)s",
           "23514", "ck_event_type_duration"),
    Attack("a public address with a slash", "UPDATE host SET slug = 'a/b' WHERE id = %(host)s",
           "23514", "ck_host_slug_format"),
    Attack("a host without a name", "UPDATE host SET name = '' WHERE id = %(host)s", "23514", "ck_host_name_length"),
    Attack("a guest without an address", "UPDATE guest SET email = '' WHERE id = %(guest)s",
           "23514", "ck_guest_email_present"),
)  # fmt: skip

NEW_SCHEDULE = (
    "WITH made AS (INSERT INTO schedule (host_id, name, time_zone) VALUES (%(host)s, 'S', 'UTC') RETURNING id) "
)
BLOCK = "INSERT INTO blocked_time (host_id, starts_at, ends_at) VALUES (%(host)s, "
HOURS = "INSERT INTO weekly_hours (schedule_id, weekday, start_minute, end_minute) SELECT id, "
LINK = "INSERT INTO single_use_link (host_id, event_type_id, token_hash, used_at) VALUES (%(host)s, "

FALSE_AVAILABILITY = (
    Attack("blocked for no time", BLOCK + "now(), now())", "23514", "ck_blocked_time_ends_after_start"),
    Attack("blocked for ever", BLOCK + "now(), 'infinity')", "23514", "ck_blocked_time_finite"),
    Attack("two default schedules", "INSERT INTO schedule (host_id, name, time_zone, is_default)"
           " VALUES (%(host)s, 'A', 'UTC', true), (%(host)s, 'B', 'UTC', true)", "23505", "uq_schedule_default"),
    Attack("two schedules of one name", "INSERT INTO schedule (host_id, name, time_zone)"
           " VALUES (%(host)s, 'A', 'UTC'), (%(host)s, 'A', 'UTC')", "23505", "uq_schedule_host_id_name"),
    Attack("another host's schedule", NEW_SCHEDULE + "UPDATE event_type SET schedule_id = made.id FROM made"
           " WHERE event_type.id = %(other_event_type)s", "23503", "fk_event_type_schedule_id_host_id_schedule"),
    Attack("hours of an eighth day", NEW_SCHEDULE + HOURS + "7, 0, 60 FROM made", "23514", "ck_weekly_hours_weekday"),
    Attack("hours after midnight", NEW_SCHEDULE + HOURS + "1, 0, 1441 FROM made", "23514", "ck_weekly_hours_minutes"),
    Attack("a window without an end", "UPDATE event_type SET window_from = '2099-01-01' WHERE id = %(event_type)s",
           "23514", "ck_event_type_window_dates"),
    Attack("a window of both kinds", "UPDATE event_type SET window_from = '2099-01-01', window_to = '2099-01-02',"
           " window_days = 9 WHERE id = %(event_type)s", "23514", "ck_event_type_window"),
    Attack("archived, but on offer", "UPDATE event_type SET archived_at = now() WHERE id = %(event_type)s",
           "23514", "ck_event_type_archived_is_inactive"),
    Attack("a link to another host's event type", LINK + "%(other_event_type)s, 'x', NULL)",
           "23503", "fk_single_use_link_event_type_id_host_id_event_type"),
    Attack("a link used for no booking", LINK + "%(event_type)s, 'x', now())", "23514", "ck_single_use_link_used"),
    update_booking("pending for ever", "status = 'pending'", "ck_booking_expires_at"),
    update_booking("confirmed until a time", "expires_at = now()", "ck_booking_expires_at"),
    Attack("a token that may do anything", "INSERT INTO api_token (host_id, name, scope, token_hash)"
           " VALUES (%(host)s, 'T', 'all', 'x')", "23514", "ck_api_token_scope"),
)  # fmt: skip

GROUPS = (
    FALSE_SLOTS,
    TOO_MANY_SEATS,
    FOREIGN_ROWS,
    PULLED_AWAY,
    FALSE_BOOKINGS,
    SECOND_ONES,
    FALSE_FACTS,
    FALSE_AVAILABILITY,
)


@pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.name) for group in GROUPS for attack in group])
def test_refused(attacker: Attacker, ids: dict[str, int], attack: Attack) -> None:
    assert attacker.refusal(attack.statement, **ids, hour=16, capacity=1) == Refusal(attack.sqlstate, attack.constraint)


def test_a_slot_that_ends_before_it_starts(attacker: Attacker, ids: dict[str, int]) -> None:
    """Its range cannot even be computed."""
    backwards = "UPDATE slot SET ends_at = starts_at - interval '1 min' WHERE id = %(free)s"
    assert attacker.refusal(backwards, **ids) == Refusal("22000")


def test_a_seat_is_free_again_after_a_cancellation_and_only_then(attacker: Attacker, ids: dict[str, int]) -> None:
    again = {"host": ids["host"], "guest": ids["third_guest"], "slot": ids["group"], "capacity": 3, "seat": 1}
    assert attacker.refusal(INSERT_BOOKING, **again) == Refusal("23505", "uq_booking_slot_id_seat")
    attacker.run("UPDATE booking SET status = 'cancelled', cancelled_at = now(), cancelled_by = 'guest'"
                 " WHERE id = %(group_booking)s", **ids)  # fmt: skip
    assert attacker.refusal(INSERT_BOOKING, **again) is None
    back = (
        "UPDATE booking SET status = 'confirmed', cancelled_at = NULL, cancelled_by = NULL WHERE id = %(group_booking)s"
    )
    assert attacker.refusal(back, **ids) == Refusal("23505", "uq_booking_slot_id_seat")


def test_the_seats_taken_follow_every_change_of_a_booking(attacker: Attacker, ids: dict[str, int]) -> None:
    def taken() -> list[tuple[int, str]]:
        return [
            attacker.run("SELECT seats_taken, status FROM slot WHERE id = %(slot)s", slot=ids[slot])[0]
            for slot in ("taken", "group", "free")
        ]

    assert taken() == [(1, "booked"), (2, "available"), (0, "available")]
    attacker.run("UPDATE booking SET slot_id = %(free)s, slot_capacity = 1 WHERE id = %(booking)s", **ids)
    assert taken() == [(0, "available"), (2, "available"), (1, "booked")]
    attacker.run("UPDATE booking SET status = 'declined' WHERE id = %(last_seat)s", **ids)
    attacker.run("UPDATE booking SET status = 'completed' WHERE id = %(booking)s", **ids)
    assert taken() == [(0, "available"), (1, "available"), (1, "booked")]
    attacker.run("DELETE FROM booking WHERE id = %(group_booking)s", **ids)
    assert taken() == [(0, "available"), (0, "available"), (1, "booked")]
