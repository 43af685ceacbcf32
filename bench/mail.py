"""P9: how fast one worker process drains a backlog of mail, compared with what the mail server itself can accept.

Bookings are inserted directly into the tables, each with a guest of its own whose mails are counted, and with their
events in the outbox; then a worker starts. Time is measured
from the first mail at the server to the last, so that starting the process does not count. The ceiling: the same
number of prepared messages sent by smtplib alone over one open connection to the same server. On a machine with other
load, the worker's CPU time per mail is more meaningful than the rate.

    python -m bench.mail
"""

import os
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import psutil
import psycopg

from webapp.core.config import PROJECT_DIR
from webapp.embedded.mailcatcher.sink import MailSink, Received
from webapp.embedded.postgres import PostgresService, start_postgres
from webapp.embedded.valkey import ValkeyService, start_valkey

BOOKINGS = 1000  # two mails each
ROUNDS = int(os.environ.get("ROUNDS", "5"))
PATIENCE = 120.0  # seconds
Figure = tuple[str, float, str, str]


class Counter:
    """Records when the first and the last mail arrived."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.sample = b""

    def keep(self, mail: Received) -> None:
        self.sample = mail.content
        self.times.append(time.perf_counter())

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while len(self.times) < count:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{len(self.times)} of {count} mails came")
            time.sleep(0.02)

    def rate(self, count: int) -> float:
        """Mails per second, once all have arrived."""
        self.wait_for(count)
        return (count - 1) / (self.times[count - 1] - self.times[0])


def measure() -> list[Figure]:
    """(name, value, unit, bar) of each figure: medians of interleaved rounds."""
    with tempfile.TemporaryDirectory(prefix="openslot-bench-mail-") as folder:
        postgres = start_postgres(Path(folder) / "postgres", durable=True)
        valkey = start_valkey(Path(folder) / "valkey")
        try:
            rounds = _rounds(postgres, valkey, Path(folder))
        finally:
            valkey.stop()
            postgres.stop()
    ceiling, drained, processor = (median(values) for values in zip(*rounds, strict=True))
    return [
        ("mail: smtplib alone to the same server", round(ceiling, 1), "/s", ""),
        ("P9 mail drained by one worker", round(drained, 1), "/s", ">= 200"),
        ("P9 / smtplib alone", round(100 * drained / ceiling, 1), "%", ""),
        ("mail: the worker's processor time for one", round(processor, 2), "ms", ""),
    ]


def _rounds(postgres: PostgresService, valkey: ValkeyService, folder: Path) -> list[tuple[float, float, float]]:
    environ = os.environ | {
        "PUBLIC_URL": "http://127.0.0.1",
        "SECRET_KEY": "a secret of the benchmark, long enough to be one",
        "DATABASE_URL": postgres.url,
        "DATABASE_OWNER_URL": postgres.owner_url,
        "REDIS_URL": valkey.url,
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_SECURITY": "none",
        "LOG_LEVEL": "warning",
        "DATA": str(folder),
    }
    _flask(environ, "db", "upgrade")
    _sql(postgres, SEED)
    found = []
    for number in range(ROUNDS + 1):
        counter, sink = _sink()
        with sink:
            drained, processor = _drain(postgres, environ | {"MAIL_PORT": str(sink.port)}, counter)
        again, sink = _sink()
        with sink:
            ceiling = _pump(counter.sample, sink.port, again)
        if number:  # the first round is a warm-up
            found.append((ceiling, drained, processor))
    return found


def _sink() -> tuple[Counter, MailSink]:
    counter = Counter()
    return counter, MailSink(keep=counter.keep, remember=False)


def _drain(postgres: PostgresService, environ: Mapping[str, str], sink: Counter) -> tuple[float, float]:
    """Mails per second, and milliseconds of the worker's CPU time per mail."""
    _sql(postgres, BACKLOG)
    worker = subprocess.Popen([sys.executable, "worker.py"], cwd=PROJECT_DIR, env=environ)
    try:
        sink.wait_for(1)
        before = _busy(worker)
        rate = sink.rate(2 * BOOKINGS)
        return rate, 1000 * (_busy(worker) - before) / (2 * BOOKINGS)
    finally:
        worker.terminate()
        worker.wait()


def _busy(process: subprocess.Popen[bytes]) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return times.user + times.system


def _pump(content: bytes, port: int, sink: Counter) -> float:
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for _ in range(2 * BOOKINGS):
            connection.sendmail("bench@example.org", ["guest@example.net"], content)
    return sink.rate(2 * BOOKINGS)


def _flask(environ: Mapping[str, str], *arguments: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    subprocess.run(command, cwd=PROJECT_DIR, env=environ, check=True, stdout=subprocess.DEVNULL)


def _sql(postgres: PostgresService, statements: str) -> None:
    with psycopg.connect(postgres.owner_url) as connection:
        connection.execute(statements)


SEED = f"""
INSERT INTO host (email, name, slug, time_zone, fs_uniquifier, confirmed_at)
SELECT 'host' || n || '@example.org', 'Host ' || n, 'host-' || n, 'Europe/Berlin', 'host-' || n, now()
FROM generate_series(1, 50) n;
INSERT INTO event_type (host_id, slug, title, duration_minutes) SELECT id, '30min', '30 minutes', 30 FROM host;
INSERT INTO guest (host_id, email)
SELECT id, 'guest' || id || '-' || n || '@example.net' FROM host, generate_series(1, {BOOKINGS // 50}) n;
INSERT INTO slot (host_id, event_type_id, starts_at, ends_at, busy, capacity, origin)
SELECT t.host_id, t.id, s, s + interval '30 minutes', tstzrange(s, s + interval '30 minutes'), 1, 'schedule'
FROM event_type t, generate_series(1, {BOOKINGS // 50}) n,
    LATERAL (SELECT date_trunc('hour', now()) + n * interval '3 hours' AS s) starts;
INSERT INTO claim (slot_id, host_id, busy) SELECT id, host_id, busy FROM slot;
INSERT INTO booking (host_id, guest_id, slot_id, slot_capacity, seat, status, guest_name, subject, time_zone)
SELECT s.host_id, g.id, s.id, 1, 1, 'confirmed', 'Gita Guest', 'A backlog', 'Asia/Tokyo'
FROM (SELECT *, row_number() OVER (PARTITION BY host_id ORDER BY id) AS n FROM slot) s
JOIN (SELECT *, row_number() OVER (PARTITION BY host_id ORDER BY id) AS n FROM guest) g USING (host_id, n);
"""
BACKLOG = """
TRUNCATE delivery, outbox_event CASCADE;
INSERT INTO outbox_event (kind, host_id, booking_id, booking_version, data)
SELECT 'booking.confirmed', b.host_id, b.id, b.version, jsonb_build_object('start', s.starts_at, 'end', s.ends_at)
FROM booking b JOIN slot s ON s.id = b.slot_id;
"""


if __name__ == "__main__":
    for name, value, unit, bar in measure():
        print(f"{name:52} {value:8.1f} {unit:3} {bar}")
