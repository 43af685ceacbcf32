-- 501 hosts that are open day and night with one event type of 15 minutes; host 1 has 1,000 bookings, 200 of them
-- in the coming 60 days. All rows as the application would have written them.
INSERT INTO host (email, name, slug, time_zone, fs_uniquifier, confirmed_at)
SELECT 'h' || n || '@example.org', 'Host ' || n, 'host-' || n, 'Europe/Berlin', 'u' || n, now()
FROM generate_series(1, 501) n;
INSERT INTO event_type (host_id, slug, title, duration_minutes, position)
SELECT id, '15min', '15 minutes', 15, 1 FROM host;
INSERT INTO event_type (host_id, slug, title, duration_minutes, position)
SELECT id, '30min', '30 minutes', 30, 2 FROM host;
INSERT INTO schedule (host_id, name, is_default, time_zone) SELECT id, 'Working hours', true, time_zone FROM host;
INSERT INTO weekly_hours (schedule_id, weekday, start_minute, end_minute)
SELECT s.id, d, CASE WHEN s.host_id = 1 THEN 540 ELSE 0 END, CASE WHEN s.host_id = 1 THEN 1020 ELSE 1440 END
FROM schedule s, generate_series(0, 6) d WHERE s.host_id > 1 OR d < 5;
INSERT INTO guest (host_id, email) SELECT 1, 'g' || n || '@example.net' FROM generate_series(1, 1000) n;
WITH made AS (
    INSERT INTO slot (host_id, event_type_id, starts_at, ends_at, busy, capacity, origin)
    SELECT 1, 1, at, at + interval '15 minutes', tstzrange(at, at + interval '15 minutes'), 1, 'schedule'
    FROM generate_series(0, 999) n,
         LATERAL (SELECT date_trunc('day', now()) + interval '59 days' - n * interval '7 hours' AS at) t
    RETURNING id, host_id, busy
), claimed AS (
    INSERT INTO claim (slot_id, host_id, busy) SELECT id, host_id, busy FROM made RETURNING slot_id
)
INSERT INTO booking (host_id, guest_id, slot_id, slot_capacity, seat, status, guest_name, subject, time_zone)
SELECT 1, g.id, c.slot_id, 1, 1, 'confirmed', 'Guest', 'Subject', 'Europe/Lisbon'
FROM (SELECT slot_id, row_number() OVER () AS n FROM claimed) c
JOIN (SELECT id, row_number() OVER () AS n FROM guest) g USING (n);
