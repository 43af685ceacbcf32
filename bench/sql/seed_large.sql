-- Beside what is there: 10,000 hosts with 100 bookings each, a million in all, over the past year and the next months.
INSERT INTO host (email, name, slug, time_zone, fs_uniquifier, confirmed_at)
SELECT 'm' || n || '@example.org', 'Host M' || n, 'many-' || n, 'Europe/Berlin', 'm' || n, now()
FROM generate_series(1, 10000) n;
INSERT INTO event_type (host_id, slug, title, duration_minutes, position)
SELECT id, '15min', '15 minutes', 15, 1 FROM host WHERE slug LIKE 'many-%';
INSERT INTO schedule (host_id, name, is_default, time_zone)
SELECT id, 'Working hours', true, time_zone FROM host WHERE slug LIKE 'many-%';
INSERT INTO weekly_hours (schedule_id, weekday, start_minute, end_minute)
SELECT s.id, d, 0, 1440 FROM schedule s JOIN host h ON h.id = s.host_id, generate_series(0, 6) d WHERE h.slug LIKE 'many-%';
INSERT INTO guest (host_id, email)
SELECT id, 'g' || n || '@example.net' FROM host, generate_series(1, 100) n WHERE slug LIKE 'many-%';
WITH made AS (
    INSERT INTO slot (host_id, event_type_id, starts_at, ends_at, busy, capacity, origin)
    SELECT t.host_id, t.id, at, at + interval '15 minutes', tstzrange(at, at + interval '15 minutes'), 1, 'schedule'
    FROM event_type t JOIN host h ON h.id = t.host_id, generate_series(0, 99) n,
         LATERAL (SELECT date_trunc('day', now()) + interval '90 days' - n * interval '107 hours' AS at) a
    WHERE h.slug LIKE 'many-%'
    RETURNING id, host_id, busy
), claimed AS (
    INSERT INTO claim (slot_id, host_id, busy) SELECT id, host_id, busy FROM made RETURNING slot_id, host_id
)
INSERT INTO booking (host_id, guest_id, slot_id, slot_capacity, seat, status, guest_name, subject, time_zone)
SELECT c.host_id, g.id, c.slot_id, 1, 1, 'confirmed', 'Guest', 'Subject', 'Europe/Lisbon'
FROM (SELECT slot_id, host_id, row_number() OVER (PARTITION BY host_id) AS n FROM claimed) c
JOIN (SELECT id, host_id, row_number() OVER (PARTITION BY host_id) AS n FROM guest) g USING (host_id, n);
