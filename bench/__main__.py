"""`make bench`: a table of figures, each rate as a ratio of the ceiling measured next to it in the same run.

Rounds are interleaved, so that other load on the machine affects all figures alike; each figure is the median.
ROUNDS and SECONDS (of each measurement) shorten it; FULL=1 adds growth to a million bookings (P6), FULL=0 also skips
latency (P5). Mail (P9): `python -m bench.mail`.
"""

import json
import os
import platform
import re
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import psutil

from bench import engine, further, load
from bench.paced import Request
from bench.stack import Stack, running
from webapp.core.config import forget_postgres_variables

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS", "4"))
RESULTS = Path(__file__).parent / "results.json"
FULL = os.environ.get("FULL", "")
Tests = dict[str, Callable[[], load.Result]]
runs = count(1)


def main() -> None:
    forget_postgres_variables()
    with tempfile.TemporaryDirectory(prefix="openslot-bench-") as folder, running(Path(folder)) as stack:
        tests = measurements(stack)
        figures, bad = measured(tests)
        memory = largest_worker(stack)
        rows = [*table(figures), ("P13 memory of a web process", memory, "MB", "<= 120")]
        if FULL != "0":
            rows += further.latencies(stack, figures, page_path(), slots_path(), booking_maker(stack))
        if FULL == "1":
            rows += further.growth(stack, tests, figures)
    rows += engine.measure()
    print_table(rows, bad)
    write(rows, bad)


def measured(tests: Tests) -> tuple[dict[str, float], dict[str, int]]:
    """(median rate by name, number of bad responses by name)."""
    rates: dict[str, list[float]] = {name: [] for name in tests}
    bad = dict.fromkeys(tests, 0)
    for number in range(ROUNDS + 1):
        for name, run in tests.items():
            result = run()
            if number:  # the first round is a warm-up
                rates[name].append(result.rate)
                bad[name] += result.bad
    return {name: statistics.median(values) for name, values in rates.items()}, bad


def measurements(stack: Stack) -> Tests:
    """Each measurement next to its ceiling, because Postgres has work left after many writes, which slows down what is
    measured next."""
    page = stack.app_url + page_path()
    many = page.partition("?")[2]
    return {
        "hello": lambda: load.http(stack.hello_url, seconds=SECONDS),
        "raw read": lambda: load.sql(stack.dsn, "read.sql", seconds=SECONDS),
        "P1 slots": lambda: load.http(stack.app_url + slots_path(), seconds=SECONDS),
        "P2 page": lambda: load.http(page, seconds=SECONDS),
        "P2 fragment": lambda: load.http(page, seconds=SECONDS, script="fragment.lua"),
        "P2 page of any of 500 hosts": lambda: load.http(page, seconds=SECONDS, script="hosts.lua", arguments=(many,)),
        "raw booking": lambda: load.sql(stack.dsn, "book.sql", seconds=SECONDS),
        "P3 bookings, many hosts": lambda: bookings(stack, 2, 499),
        "raw booking, hot": lambda: load.sql(stack.dsn, "book_hot.sql", seconds=SECONDS),
        "P4 bookings, one host": lambda: bookings(stack, 501, 1),
    }


def bookings(stack: Stack, first_host: int, hosts: int) -> load.Result:
    """Each run books different starts: another month for one host, another day for many."""
    run = next(runs)
    tokens = ",".join(form_tokens(stack, first_host, hosts))
    day = 60 * 86_400 if hosts == 1 else 86_400
    start = (int(time.time()) // 86_400 + 2) * 86_400 + run * day
    arguments = (tokens, str(first_host), str(hosts), str(start), str(run))
    return load.http(stack.app_url, seconds=SECONDS, script="book.lua", arguments=arguments)


def page_path() -> str:
    return f"/host-1/30min?zone=Europe/Lisbon&month={next_month()}"


def slots_path() -> str:
    first = datetime.fromtimestamp(time.time(), UTC).date()
    return f"/api/v1/hosts/host-1/event-types/30min/slots?from={first}&to={first + timedelta(days=29)}"


def booking_maker(stack: Stack) -> Callable[[int, int], Callable[[int], Request]]:
    """For (first host, number of hosts): requests that each book a different start."""

    def maker(first_host: int, hosts: int) -> Callable[[int], Request]:
        run = next(runs)
        tokens = form_tokens(stack, first_host, hosts)
        headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        first = (int(time.time()) // 86_400 + 2) * 86_400 + run * (60 if hosts == 1 else 1) * 86_400

        def request(number: int) -> Request:
            start = datetime.fromtimestamp(first + number // hosts * 900, UTC)
            form = {"csrf_token": tokens[number % hosts], "name": "Guest", "subject": "Load", "zone": "Europe/Lisbon",
                    "email": f"g{run}-{number}@example.net", "key": f"{run:08x}-0000-4000-8000-{number:012x}",
                    "start": f"{start:%Y-%m-%dT%H:%M:%SZ}"}  # fmt: skip
            path = f"/host-{first_host + number % hosts}/15min/book"
            return Request("POST", path, headers, urlencode(form))

        return request

    return maker


def form_tokens(stack: Stack, first_host: int, hosts: int) -> list[str]:
    """The token in each host's form, as a guest gets it by opening the form."""
    return [form_token(stack.app_url, host) for host in range(first_host, first_host + hosts)]


@cache
def form_token(app_url: str, host: int) -> str:
    start = datetime.fromtimestamp((int(time.time()) // 86_400 + 1) * 86_400 + 36_000, UTC)
    url = f"{app_url}/host-{host}/15min/book?start={start:%Y-%m-%dT%H:%M:%SZ}&zone=Europe/Lisbon"
    html = urllib.request.urlopen(url).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    if token is None:
        raise RuntimeError("the form has no token")
    return token[1]


def next_month() -> str:
    return f"{datetime.fromtimestamp(time.time() + 20 * 86_400, UTC):%Y-%m}"


def largest_worker(stack: Stack) -> float:
    """Resident MB after the load (P13)."""
    children = psutil.Process(stack.web_pid).children(recursive=True)
    return max(child.memory_info().rss for child in children) / 1e6


def table(rates: dict[str, float]) -> list[tuple[str, float, str, str]]:
    """Rates, ceilings and ratios in per cent."""
    read = 1 / (1 / rates["hello"] + 1 / rates["raw read"])
    book = 1 / (1 / rates["hello"] + 1 / rates["raw booking"])
    hot = rates["raw booking, hot"]
    ratios = [
        ("P1 / C_read", rates["P1 slots"] / read, ">= 30"),
        ("P2 page / C_read", rates["P2 page"] / read, ">= 15"),
        ("P2 fragment / C_read", rates["P2 fragment"] / read, ">= 20"),
        ("P3 / C_book", rates["P3 bookings, many hosts"] / book, ">= 25"),
        ("P4 / C_hot", rates["P4 bookings, one host"] / hot, ">= 45"),
    ]
    plain = [(name, value, "/s", "") for name, value in rates.items()]
    ceilings = [("C_read", read, "/s", ""), ("C_book", book, "/s", ""), ("C_hot", hot, "/s", "")]
    return plain + ceilings + [(name, 100 * ratio, "%", bar) for name, ratio, bar in ratios]


def print_table(rows: list[tuple[str, float, str, str]], bad: dict[str, int]) -> None:
    for name, value, unit, bar in rows:
        note = f"  {bad[name]} bad answers" if bad.get(name) else ""
        print(f"{name:52} {value:9.1f} {unit:3} {bar}{note}")


def write(rows: list[tuple[str, float, str, str]], bad: dict[str, int]) -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "rounds": ROUNDS,
        "seconds": SECONDS,
        "figures": [{"name": n, "value": round(v, 3), "unit": u, "bar": b} for n, v, u, b in rows],
        "bad_answers": bad,
    }
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


main()
