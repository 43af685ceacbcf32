"""The application as it runs: web server and worker as separate processes, mail to a real SMTP sink.

They use the tests' database, so that builders and `clean` work here, too.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from html import unescape
from typing import IO
from urllib.parse import urlsplit

import requests

from tests.web.pages import PASSWORD, forms_of
from webapp.core.config import PROJECT_DIR
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.embedded.ports import free_port

START_SECONDS = 180  # of several servers at once, on a machine that has other work


@dataclass(frozen=True)
class Live:
    """A running instance: where it listens and where its mails go."""

    url: str
    sink: MailSink

    def mails_to(self, address: str, *, count: int = 1) -> list[EmailMessage]:
        """The mails of one recipient in order, as soon as there are `count` of them. Fails after two minutes."""
        until = time.monotonic() + 120
        while True:
            found = [mail.message for mail in self.sink.messages if address in mail.recipients]
            if len(found) >= count or time.monotonic() > until:
                assert len(found) >= count, f"{len(found)} of {count} mails to {address}"
                return found
            time.sleep(0.05)


@contextmanager
def running(
    environment: dict[str, str], sink: MailSink, log: IO[bytes] | None = None, **settings: str
) -> Iterator[Live]:
    """Web server and worker until the block ends. `log`: takes all that they log, in full."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHON": sys.executable,
        **environment,
        "PORT": str(port),
        "PUBLIC_URL": url,
        "MAIL_PORT": str(sink.port),
        "MAIL_SECURITY": "none",
        "LOG_LEVEL": "debug" if log else "warning",
        "OUTGOING_ALLOWED_RANGES": "127.0.0.0/8",
        **settings,
    }
    commands = (["bin/web"], [sys.executable, "worker.py"])
    processes = [subprocess.Popen(command, cwd=PROJECT_DIR, env=environ, stderr=log) for command in commands]
    try:
        _wait_for(f"{url}/readyz", host=urlsplit(environ["PUBLIC_URL"]).netloc)
        yield Live(url, sink)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(60)


def _wait_for(url: str, *, host: str = "") -> None:
    until = time.monotonic() + START_SECONDS
    headers = {"Host": host.encode("idna").decode()} if host else {}
    while time.monotonic() < until:
        try:
            if requests.get(url, headers=headers, timeout=60).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"{url} does not answer")


class Person:
    """Somebody with a browser without JavaScript: opens pages, fills in their forms, follows links."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.session = requests.Session()

    def open(self, path: str) -> requests.Response:
        return self.session.get(path if path.startswith("http") else self.live.url + path, timeout=60)

    def submit(self, path: str, *, action: str = "", **values: str) -> requests.Response:
        """Fill in the form of a page (the one whose action holds `action`) and send it, redirects followed."""
        page = self.open(path)
        for target, fields in forms_of(page.text):
            if action in target:
                url = requests.compat.urljoin(page.url, unescape(target) or page.url)
                return self.session.post(url, data=fields | values, timeout=60)
        raise AssertionError(f"no form for {action!r} on {path}")

    def log_in(self, email: str) -> None:
        self.submit("/login", action="/login", email=email, password=PASSWORD)


def link_in(mail: EmailMessage, part: str) -> str:
    """The first link of a mail's text that holds `part`."""
    body = mail.get_body(("plain",))
    assert body is not None
    found = [link for link in re.findall(r"https?://\S+", body.get_content()) if part in link]
    assert found, f"no link with {part} in the mail"
    return found[0]
