SELECT id, event_type_id, starts_at, ends_at, busy, capacity, seats_taken FROM slot
WHERE host_id = 1 AND withdrawn_at IS NULL AND starts_at >= now() AND starts_at < now() + interval '30 days';
