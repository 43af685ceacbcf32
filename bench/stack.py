"""The stack under test: its own durable Postgres, migrated and seeded, and Valkey, the web server, and `hello`."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from webapp.core.config import PROJECT_DIR
from webapp.embedded.ports import free_port
from webapp.embedded.postgres import PostgresService, start_postgres
from webapp.embedded.valkey import start_valkey

WORKERS = 2
THREADS = 4
SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Stack:
    postgres: PostgresService
    app_url: str
    hello_url: str
    web_pid: int

    @property
    def dsn(self) -> str:
        return self.postgres.owner_url


@contextmanager
def running(folder: Path) -> Iterator[Stack]:
    """Start, seed and warm up everything; stop everything at the end."""
    with ExitStack() as stack:
        postgres = start_postgres(folder / "postgres", durable=True)
        stack.callback(postgres.stop)
        valkey = start_valkey(folder / "valkey")
        stack.callback(valkey.stop)
        port, hello_port = free_port(), free_port()
        environ = _environ(postgres, valkey.url, port, folder)
        subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"], cwd=PROJECT_DIR, env=environ,
                       check=True, stdout=subprocess.DEVNULL)  # fmt: skip
        with psycopg.connect(postgres.owner_url) as connection:
            connection.execute((SQL / "seed.sql").read_text())
        with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        web = _start(["bin/web"], environ, stack)
        hello = ["granian", "bench.hello:app", "--interface", "wsgi", "--port", str(hello_port), "--workers",
                 str(WORKERS), "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning"]  # fmt: skip
        _start([sys.executable, "-m", *hello], environ, stack)
        urls = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{hello_port}"
        _wait(f"{urls[0]}/readyz")
        _wait(urls[1])
        yield Stack(postgres, *urls, web.pid)


def _environ(postgres: PostgresService, redis_url: str, port: int, folder: Path) -> dict[str, str]:
    return os.environ | {
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "a secret of the benchmark, long enough to be one",
        "DATABASE_URL": postgres.url,
        "DATABASE_OWNER_URL": postgres.owner_url,
        "REDIS_URL": redis_url,
        "MAIL_SERVER": "127.0.0.1",
        "RATE_LIMITS": "off",
        "LOG_LEVEL": "warning",
        "DATA": str(folder),
        "PORT": str(port),
        "PYTHON": sys.executable,
        "WEB_WORKERS": str(WORKERS),
        "WEB_THREADS": str(THREADS),
    }


def _start(command: list[str], environ: dict[str, str], stack: ExitStack) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, cwd=PROJECT_DIR, env=environ, stdout=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return process


def _wait(url: str) -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(url, timeout=1).read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"{url} does not answer")
