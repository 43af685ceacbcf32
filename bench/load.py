"""The two clients: wrk for HTTP, pgbench for bare SQL; both with 16 connections."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from webapp.embedded.postgres import binary

CONNECTIONS = 16
HERE = Path(__file__).parent
runs = count(1)


@dataclass(frozen=True)
class Result:
    """Responses per second, the 99th percentile in ms, and the number of responses that were not 2xx or 3xx."""

    rate: float
    p99: float
    bad: int


def http(url: str, *, seconds: float, script: str | None = None, arguments: tuple[str, ...] = ()) -> Result:
    """Load by wrk, with a Lua script that creates the requests if they differ."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("The benchmark needs wrk: apt-get install wrk")
    command = [wrk, "-t", "2", "-c", str(CONNECTIONS), "-d", f"{seconds:.0f}s", "--latency"]
    if script:
        command += ["-s", str(HERE / "lua" / script)]
    out = subprocess.run([*command, url, *(["--", *arguments] if arguments else [])], capture_output=True, text=True,
                         check=True).stdout  # fmt: skip
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", out)
    bad = re.search(r"(?:Non-2xx or 3xx responses|refused): (\d+)", out)
    if not rate or not p99:
        raise RuntimeError(out)
    unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}[p99[2]]
    return Result(float(rate[1]), float(p99[1]) * unit, int(bad[1]) if bad else 0)


def sql(dsn: str, script: str, *, seconds: float) -> Result:
    """Load by pgbench with prepared statements. A script has `:base` and `:i`, from which it can compute numbers that
    are unique to its client and run."""
    command = ["pgbench", "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2", "-T", f"{seconds:.0f}",
               "-D", f"base={next(runs) * 20_000_000}", "-D", "i=0", "-f", str(HERE / "sql" / script), dsn]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, executable=_pgbench())
    if done.returncode:
        raise RuntimeError(done.stderr)
    out = done.stdout
    rate = re.search(r"tps = ([\d.]+)", out)
    failed = re.search(r"number of failed transactions: (\d+)", out)
    if not rate:
        raise RuntimeError(out)
    return Result(float(rate[1]), 0.0, int(failed[1]) if failed else 0)


def _pgbench() -> str:
    return str(binary("pgbench"))
