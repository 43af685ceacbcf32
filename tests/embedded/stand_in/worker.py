"""Prints, when it is stopped, which other processes are still running."""

import signal
import socket
import sys
import time
from os import environ

import psycopg

from webapp.core.config import Settings

settings = Settings.from_environment()


def end(*_: object) -> None:
    with socket.socket() as probe:
        is_web_up = probe.connect_ex(("127.0.0.1", int(environ["PORT"]))) == 0
    with psycopg.connect(settings.database_url):
        print(f"asked to end: web {'up' if is_web_up else 'gone'}, database up", flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, end)
print("worker is up", flush=True)
while True:
    time.sleep(60)
