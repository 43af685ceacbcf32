"""The API guide as published: each example is run against a running instance."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.api.caller import Specification
from tests.builders import Build, tomorrow
from tests.live import Live
from webapp.api import accounts
from webapp.api.http.problem_words import WORDS
from webapp.api.http.problems import MEDIA_TYPE
from webapp.api.spec.openapi import document
from webapp.core.config import PROJECT_DIR
from webapp.domain.actor import host_actor
from webapp.services.accounts.tokens import NewToken, create_token

GUIDE = PROJECT_DIR / "docs" / "api.md"
CLIENT = PROJECT_DIR / "docs" / "examples" / "openslot.py"


def examples(language: str) -> list[str]:
    """The fenced blocks of the guide whose fence begins so."""
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)


def written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def environ(live: Live, build: Build) -> dict[str, str]:
    """What the guide takes for granted: the demo host with some free times, and a token."""
    host = build.host(slug="demo", name="Demo Host")
    build.slots(host, [tomorrow(hour) for hour in (9, 10, 11)])
    with build.app.app_context():
        token = create_token(NewToken(name="guide"), host_id=host, actor=host_actor(host))
    day = f"{tomorrow():%Y-%m-%d}"
    return {"PATH": os.environ["PATH"], "OPENSLOT": live.url, "TOKEN": token, "FROM": day, "TO": day}


def run(blocks: list[str], environ: dict[str, str], folder: Path) -> list[str]:
    """What each block prints when they are copied into one shell, one after the other."""
    script = "\nprintf '\\0'\n".join(blocks)
    done = subprocess.run(["sh", "-euc", script], env=environ, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\0")


def test_the_guide_in_curl(environ: dict[str, str], build: Build, tmp_path: Path) -> None:
    token, listing, choose, book, take_ids, move, cancel, look = examples("sh curl")
    said = run([token, listing, choose + book, book, take_ids + move, look, cancel, look], environ, tmp_path)
    me, listed, made, again, moved, before, gone, after = said
    assert json.loads(me)["slug"] == "demo"
    slots = json.loads(listed)["data"]
    assert len(slots) == 3
    assert json.loads(made)["status"] == "confirmed"
    assert json.loads(made)["start"] == slots[0]["start"]
    assert again == made
    assert json.loads(moved)["version"] == 1
    assert json.loads(moved)["start"] == slots[1]["start"]
    assert gone == "204\n"
    assert [one["id"] for one in json.loads(before)["data"]] == [json.loads(made)["id"]]
    assert json.loads(after)["data"] == []  # it asks for confirmed ones
    assert build.row("SELECT status FROM booking")[0] == "cancelled"


def test_the_guide_in_python(environ: dict[str, str]) -> None:
    program = "\n".join(examples("python"))
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    start, booked, version, gone, listed, changed = done.stdout.split("\n")[:6]
    assert start == written(tomorrow(9))
    assert booked.endswith(" confirmed")
    assert (version, gone, listed, changed) == ("1", "204", "1", "200")


def test_the_small_client(environ: dict[str, str], tmp_path: Path) -> None:
    program = f"""
import os, sys
sys.path.insert(0, {str(CLIENT.parent)!r})
from openslot import Openslot, Refused
client = Openslot(os.environ["OPENSLOT"], os.environ["TOKEN"])
slots = client.slots("demo", "30min", os.environ["FROM"], os.environ["TO"], "UTC")
guest = dict(host="demo", event_type="30min", name="G", email="g@example.net", subject="S", time_zone="UTC")
booking = client.book(start=slots[0]["start"], **guest)
try:
    client.book(start=slots[0]["start"], **guest | {{"email": "h@example.net"}})
except Refused as refusal:
    print(refusal.code)
print(client.reschedule(booking, slots[1]["start"])["version"])
client.cancel(booking, "Ill")
print([one["status"] for one in client.bookings(status="cancelled", limit="1")])
"""
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:3] == ["slot_taken", "1", "['cancelled']"]
    arguments = [environ["OPENSLOT"], "demo", "30min", environ["FROM"], environ["TO"]]
    shell = subprocess.run([sys.executable, CLIENT, *arguments], capture_output=True, text=True, check=True)
    assert len(shell.stdout.split()) == 3


def test_the_guide_names_real_figures() -> None:
    from webapp.api.http import callers

    text = GUIDE.read_text()
    assert f"{callers.PER_TOKEN.amount} requests a minute per token" in text
    assert f"{accounts.MOST_DAYS} days at most" in text


def test_the_guide_names_every_code_with_its_status(build: Build) -> None:
    with build.app.app_context():
        specification = Specification(document())
    rows = re.findall(r"^\| (\d[\d, ]*) \| (`.*?`) \|", GUIDE.read_text(), re.MULTILINE)
    told = {(status, code) for statuses, codes in rows
            for status in statuses.split(", ") for code in re.findall(r"`(\w+)`", codes)}  # fmt: skip
    assert set(answered_codes(specification)) <= told
    assert {code for _, code in told} <= set(WORDS)


def answered_codes(specification: Specification) -> Iterator[tuple[str, str]]:
    """(status, code) of each problem that an operation may answer with."""
    for item in specification.document["paths"].values():
        for operation in item.values():
            for status, answer in operation["responses"].items():
                content = specification.resolved(answer).get("content", {}).get(MEDIA_TYPE, {})
                if "example" in content:
                    yield status, content["example"]["code"]
                yield from ((status, code) for code in content.get("examples", ()))
