"""The API guide's chapter on webhooks as published: its commands are run, its message is checked against the
specification, and its ways to verify a signature are tried on the message in the guide and on real ones."""

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.api.caller import Specification
from tests.receiver import Message, Receiver, receiving
from tests.stories.test_api_guide import CLIENT, GUIDE, environ, examples, run
from webapp.api.spec.openapi import document
from webapp.domain.outgoing import PORTS
from webapp.domain.webhook_events import TEST, WebhookEvent
from webapp.effects import retries

__all__ = ["environ"]

Verify = Callable[[str, Mapping[str, str], bytes], bool]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def printed() -> tuple[str, Message]:
    """The secret and the message of the guide."""
    head, _, body = examples("http vector")[0].rstrip("\n").partition("\n\n")
    lines = [line.partition(": ") for line in head.split("\n")[1:]]
    secret = re.search(r"whsec_[A-Za-z0-9+/=]{40,}", GUIDE.read_text())
    assert secret
    return secret[0], Message({name.lower(): value for name, _, value in lines}, body.encode())


@pytest.fixture(params=["guide", "client"])
def verify(request: pytest.FixtureRequest) -> Verify:
    """Of the guide, and of the small client beside it."""
    names: dict[str, Any] = {"__name__": "openslot"}
    exec(examples("python verify")[0] if request.param == "guide" else CLIENT.read_text(), names)
    found: Verify = names["verify"]
    return found


def by_hand(message: Message, secret: str, folder: Path, environ: dict[str, str]) -> str:
    """What the guide's shell commands print for a message."""
    (folder / "body").write_bytes(message.body)
    given = {"ID": message.id, "TIMESTAMP": message.headers["webhook-timestamp"], "BODY_FILE": str(folder / "body")}
    return run(examples("sh verify"), environ | given | {"SECRET": secret}, folder)[0].strip()


def test_the_commands_make_and_try_a_webhook_and_its_messages_verify(
    environ: dict[str, str], receiver: Receiver, verify: Verify, tmp_path: Path
) -> None:
    answers = run(examples("sh webhook"), environ | {"RECEIVER": receiver.url}, tmp_path)
    made, sent, listed = map(json.loads, answers)
    message = receiver.wait_for(1)[0]
    assert (message.id, message.type) == (sent["id"], TEST)
    assert verify(made["secret"], message.headers, message.body)
    assert by_hand(message, made["secret"], tmp_path, environ) == message.headers["webhook-signature"]
    assert [one["id"] for one in listed["data"]] == [sent["id"]]


def test_the_small_receiver_verifies_what_arrives(environ: dict[str, str], tmp_path: Path) -> None:
    program = [sys.executable, str(CLIENT.parent / "receiver.py"), "0", "webhook.json"]
    with subprocess.Popen(program, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as receiver:
        try:
            assert receiver.stdout
            url = receiver.stdout.readline().strip()
            run(examples("sh webhook"), environ | {"RECEIVER": url}, tmp_path)
            assert re.match(r'verified: {"type":"webhook.test"', receiver.stdout.readline())
        finally:
            receiver.terminate()


def test_the_message_that_is_printed_is_signed(
    printed: tuple[str, Message], verify: Verify, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret, message = printed
    assert not verify(secret, message.headers, message.body)  # too old, or not yet
    monkeypatch.setattr(time, "time", lambda: int(message.headers["webhook-timestamp"]) + 290)
    assert verify(secret, message.headers, message.body)
    assert not verify(secret, message.headers, message.body + b" ")
    assert not verify("whsec_" + base64.b64encode(b"x" * 32).decode(), message.headers, message.body)
    several = message.headers | {"webhook-signature": f"v1,AAAA {message.headers['webhook-signature']}"}
    assert verify(secret, several, message.body)
    monkeypatch.setattr(time, "time", lambda: int(message.headers["webhook-timestamp"]) + 310)
    assert not verify(secret, message.headers, message.body)
    environ = {"PATH": "/usr/bin:/bin"}
    assert by_hand(message, secret, tmp_path, environ) == message.headers["webhook-signature"]


def test_the_messages_that_are_printed_are_those_of_the_specification(app: Flask, printed: tuple[str, Message]) -> None:
    with app.app_context():
        specification = Specification(document())
    for message in (json.loads(examples("json message")[0]), printed[1].json):
        content = specification.document["webhooks"][message["type"]]["post"]["requestBody"]["content"]
        specification.validate(content["application/json"]["schema"], message)


def test_the_guide_names_all_events_and_real_figures() -> None:
    text = " ".join(GUIDE.read_text().split())
    assert set(re.findall(r"^\| `(\w+\.\w+)` \|", GUIDE.read_text(), re.MULTILINE)) == {*WebhookEvent, TEST}
    assert f"sent again after {retries.FIRST_PAUSES[0]} seconds" in text
    assert retries.LATER_PAUSE == 15 * 60
    assert "at the ports {}, {}, {} and {}".format(*PORTS) in text
