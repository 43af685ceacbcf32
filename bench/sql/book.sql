\set host random(2, 500)
\set i :i + 1
\set n (:base + :client_id * 1000000 + :i) * 7919 % 4000000000
\set key random(1, 1000000000000000)
BEGIN;
INSERT INTO idempotency_key (scope, key, request_hash) VALUES ('raw', :key, 'hash') ON CONFLICT DO NOTHING;
SELECT id FROM host WHERE id = :host FOR NO KEY UPDATE;
SELECT id, starts_at, busy, seats_taken FROM slot WHERE host_id = :host AND withdrawn_at IS NULL
    AND starts_at > '2030-01-01'::timestamptz + :n * interval '15 minutes' - interval '3 days'
    AND starts_at < '2030-01-01'::timestamptz + :n * interval '15 minutes' + interval '3 days';
WITH made AS (
    INSERT INTO slot (host_id, event_type_id, starts_at, ends_at, busy, capacity, origin)
    SELECT :host, :host, at, at + interval '15 minutes', tstzrange(at, at + interval '15 minutes'), 1, 'schedule'
    FROM (SELECT '2030-01-01'::timestamptz + :n * interval '15 minutes' AS at) t
    RETURNING id, host_id, busy
)
INSERT INTO claim (slot_id, host_id, busy) SELECT id, host_id, busy FROM made RETURNING slot_id \gset
WITH g AS (
    INSERT INTO guest (host_id, email) VALUES (:host, 'raw' || :key || '@example.net')
    ON CONFLICT (host_id, lower(email)) DO UPDATE SET email = guest.email RETURNING id
)
INSERT INTO booking (host_id, guest_id, slot_id, slot_capacity, seat, status, guest_name, subject, time_zone)
SELECT :host, id, :slot_id, 1, 1, 'confirmed', 'Guest', 'Subject', 'Europe/Lisbon' FROM g RETURNING id AS booking_id \gset
INSERT INTO audit_entry (actor_kind, action, object_kind, object_id)
VALUES ('guest', 'booking.confirmed', 'booking', :booking_id);
INSERT INTO outbox_event (kind, host_id, booking_id, booking_version, data)
SELECT 'booking.confirmed', :host, :booking_id, 0, jsonb_build_object('start', at, 'end', at + interval '15 minutes')
FROM (SELECT '2030-01-01'::timestamptz + :n * interval '15 minutes' AS at) t
RETURNING id;
UPDATE idempotency_key SET answer = '{}' WHERE scope = 'raw' AND key = (:key)::text;
COMMIT;
SELECT pg_notify('openslot_outbox', '');
