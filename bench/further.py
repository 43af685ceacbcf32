"""Measured once, after the rates are known: latency at half of each rate, and growth."""

from collections.abc import Callable, Mapping

import psycopg

from bench.engine import Figure
from bench.load import Result
from bench.paced import Request, paced
from bench.stack import SQL, Stack

LATENCY_SECONDS = 8.0
BookingMaker = Callable[[int, int], Callable[[int], Request]]


def latencies(stack: Stack, rates: Mapping[str, float], page: str, slots: str, bookings: BookingMaker) -> list[Figure]:
    """P5: the 99th percentile of each kind of request at half of its rate."""
    reads = {"P1 slots": slots, "P2 page": page}
    makers = {name: (lambda _, path=path: Request("GET", path, {})) for name, path in reads.items()}
    makers["P3 bookings, many hosts"] = bookings(2, 499)
    makers["P4 bookings, one host"] = bookings(501, 1)
    figures: list[Figure] = []
    for name, make in makers.items():
        found = paced(stack.app_url, make, rate=rates[name] / 2, seconds=LATENCY_SECONDS)
        wrong = f", {found.bad} bad answers" if found.bad else ""
        figures.append((f"P5 p99 of {name} at {found.rate:.0f}/s{wrong}", found.p99, "ms", "<= 50"))
    return figures


def growth(stack: Stack, tests: Mapping[str, Callable[[], Result]], before: Mapping[str, float]) -> list[Figure]:
    """P6: rates with a million more bookings, as a share of those before; each the median of three."""
    with psycopg.connect(stack.dsn, autocommit=True) as connection:
        connection.execute((SQL / "seed_large.sql").read_bytes())
        connection.execute("VACUUM ANALYZE")
    ceilings = {"P1 slots": "raw read", "P3 bookings, many hosts": "raw booking"}
    figures: list[Figure] = []
    for name, ceiling in ceilings.items():
        rates = [(tests[name]().rate, tests[ceiling]().rate) for _ in range(4)][1:]  # the first is a warm-up
        rate, raw = (sorted(each)[1] for each in zip(*rates, strict=True))
        figures += [
            (f"P6 {name}, a million bookings", 100 * rate / before[name], "%", ">= 80"),
            (f"P6 {ceiling}, a million bookings", 100 * raw / before[ceiling], "%", ""),
        ]
    return figures
