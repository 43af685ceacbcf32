"""Working public URLs: the page opens with a browser's Host header, the health check passes, mail is sent."""

import json
import os
import socket
import subprocess
import sys

import pytest

from tests.builders import Build
from tests.live import Person, link_in, running
from tests.processes.conftest import PATIENCE, Serve, Server
from webapp.core.config import PROJECT_DIR
from webapp.embedded.mailcatcher.sink import MailSink

SENDER = "Openslot <no-reply@example.org>"
PUBLIC_URLS = {  # as written, and as a browser sends the host
    "http://[::1]:8224": "[::1]:8224",
    "http://Localhost:8224": "localhost:8224",
    "http://bücher.example": "xn--bcher-kva.example",
    "http://[fd00::5]": "[fd00::5]",
}


@pytest.fixture(scope="module", params=PUBLIC_URLS)
def published(request: pytest.FixtureRequest, serve: Serve) -> tuple[Server, str, str]:
    """A running server, its PUBLIC_URL as written, and the host as a browser sends it."""
    server = serve(PUBLIC_URL=request.param, MAIL_SENDER=SENDER).wait_until_up()
    return server, request.param, PUBLIC_URLS[request.param]


def test_it_answers_as_browsers_ask_and_names_itself_so(published: tuple[Server, str, str]) -> None:
    server, _, host = published
    assert server.get("/login", {"Host": host}).status == 200
    assert server.get("/login", {"Host": host.upper()}).status == 200
    assert server.get("/login", {"Host": "evil.example"}).status == 400
    link = json.loads(server.get("/api/v1/hosts/nobody", {"Host": host}).text)["type"]
    assert link.startswith(f"http://{host}/")


def test_a_form_sent_from_its_pages_is_from_us(published: tuple[Server, str, str]) -> None:
    server, _, host = published
    # 403: not from us; 400: from us, and without the token of a page.
    statuses = [
        server.get("/login", {"Host": host, "Origin": origin}, method="POST").status
        for origin in (f"http://{host}", "http://evil.example")
    ]
    assert statuses == [400, 403]


def test_the_health_check_passes(published: tuple[Server, str, str], environment: dict[str, str]) -> None:
    server, url, _ = published
    assert health(server, environment, PUBLIC_URL=url, MAIL_SENDER=SENDER) == (0, "", "")


def health(server: Server, environment: dict[str, str], **settings: str) -> tuple[int, str, str]:
    """Exit code and output of the health check."""
    environ = {"PATH": os.environ["PATH"], **environment, "PORT": str(server.port)} | settings
    command = [sys.executable, "-m", "webapp.healthcheck", "web"]
    done = subprocess.run(command, cwd=PROJECT_DIR, env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("url", ["http://[::1]:8224", "http://bücher.example"])
def test_mail_goes_out(build: Build, environment: dict[str, str], url: str) -> None:
    build.host(slug="ada", email="ada@example.org")
    with MailSink() as sink, running(environment, sink, PUBLIC_URL=url) as live:
        person = Person(live)
        person.session.headers["Host"] = PUBLIC_URLS[url]
        person.submit("/reset", email="ada@example.org")
        (mail,) = live.mails_to("ada@example.org")
    assert link_in(mail, "/reset/").startswith(f"http://{PUBLIC_URLS[url]}/")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PUBLIC_URL": "http://my_server:8224"}, "PUBLIC_URL must name a host without `_`"),
        ({"PUBLIC_URL": "http://[fd00::5]"}, "MAIL_SENDER is needed"),
        ({"PUBLIC_URL": "http://192.0.2.7"}, "MAIL_SENDER is needed"),
        ({"TRUSTED_HOSTS": "my_server"}, "TRUSTED_HOSTS must"),
        ({"WEB_WORKERS": "0"}, "WEB_WORKERS must be a whole number from 1"),
        ({"WEB_THREADS": "many"}, "WEB_THREADS must be a whole number from 1"),
        ({"PORT": "70000"}, "PORT must be a whole number from 1"),
        ({"WEB_HOST": "my server"}, "WEB_HOST must"),
    ],
)
def test_what_cannot_work_is_one_sentence_at_start(serve: Serve, settings: dict[str, str], words: str) -> None:
    process = serve(log=subprocess.PIPE, **settings).process
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    heading, sentence = said.decode().splitlines()
    assert "1 setting is wrong" in heading
    assert words in sentence


def test_a_port_of_another_program_is_said_in_a_sentence(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = serve(log=subprocess.PIPE, PORT=str(port)).process
        said, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said.decode()) == (1, f"Port {port} of 127.0.0.1 is taken by another program.\n")


def test_an_address_of_another_machine_is_said_in_a_sentence(serve: Serve) -> None:
    process = serve(log=subprocess.PIPE, WEB_HOST="192.0.2.1").process
    said, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said.decode()) == (1, "WEB_HOST=192.0.2.1 is not an address of this machine.\n")


def test_variables_of_the_server_program_do_not_count(serve: Serve) -> None:
    server = serve(GRANIAN_URL_PATH_PREFIX="/x", GRANIAN_LOG_CONFIG="/nonexistent", GRANIAN_PORT="1").wait_until_up()
    assert server.get("/healthz").status == 200


@pytest.mark.parametrize(("written", "to"), [("::1", "::1"), ("[::1]", "::1"), ("localhost", "127.0.0.1")])
def test_where_it_listens_is_an_address_or_a_name(serve: Serve, written: str, to: str) -> None:
    assert serve(WEB_HOST=written).wait_until_up(to=to).get("/healthz", to=to).status == 200


def test_the_health_check_asks_where_the_server_listens(serve: Serve, environment: dict[str, str]) -> None:
    server = serve(WEB_HOST="::1").wait_until_up(to="::1")
    assert health(server, environment, WEB_HOST="::1") == (0, "", "")
