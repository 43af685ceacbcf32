"""A transaction that stands still holds one host's lock. Guests of that host get an answer in time, and pages of other
hosts are as quick as before."""

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import requests
from sqlalchemy import Engine, text

from tests.builders import Build, tomorrow
from tests.concurrency.racers import Racer, Shot
from tests.live import Live

HELD_SECONDS = 3.0  # at least; all of the measuring happens meanwhile
DEADLINE_SECONDS = 3.5
TOLERANCE_SECONDS = 4.0  # for a machine that has other work; without a deadline the last of 40 guests waits for 15
WEB_WORKERS = 2
LISTING, HEALTH = "/bob/30min", "/healthz"


@dataclass(frozen=True)
class Answer:
    status: int
    retry_after: str | None
    seconds: float


@pytest.fixture
def guests(live: Live, build: Build, host: int) -> Callable[[int], list[Shot]]:
    """Guests of Ada who have filled in the form for one time and have yet to send it. Bob is another host."""
    build.slots(host, [tomorrow()], capacity=100)
    build.slots(build.host(slug="bob"), [tomorrow(hour) for hour in range(8, 16)])

    def filled_in(number: int) -> list[Shot]:
        one = Racer(live)  # type: ignore[arg-type]
        people = [{"email": f"guest{i}@example.net", "key": str(uuid.uuid4())} for i in range(number)]
        return [one.booking("/ada/30min", tomorrow(), **person) for person in people]

    return filled_in


@contextmanager
def held(owner: Engine, slug: str = "ada") -> Iterator[None]:
    """The host's row is locked by a transaction that does nothing more."""
    with owner.connect() as other:
        other.execute(text("SELECT id FROM host WHERE slug = :slug FOR NO KEY UPDATE"), {"slug": slug})
        yield
        other.rollback()


def send(shot: Shot) -> Answer:
    began_at = time.monotonic()
    response = requests.post(
        f"http://{shot.server}{shot.path}", shot.fields, headers=shot.headers, allow_redirects=False, timeout=120
    )
    return Answer(response.status_code, response.headers.get("Retry-After"), time.monotonic() - began_at)


def visits(live: Live, path: str, seconds: float) -> list[float]:
    """Visits one after the other for so long; how long each took, in seconds."""
    taken, until = [], time.monotonic() + seconds
    with requests.Session() as visitor:
        while (began_at := time.monotonic()) < until:
            assert visitor.get(live.url + path, timeout=120).status_code == 200
            taken.append(time.monotonic() - began_at)
            time.sleep(0.02)
    return taken


@pytest.mark.parametrize("number", [12, 40])
def test_a_lock_that_is_not_released_concerns_only_those_who_need_it(
    live: Live, guests: Callable[[int], list[Shot]], owner: Engine, number: int
) -> None:
    shots = guests(number)
    quiet = visits(live, LISTING, 1.0)
    with ThreadPoolExecutor(number + 2) as people, held(owner):
        booking = [people.submit(send, shot) for shot in shots]
        time.sleep(0.2)  # until they wait
        others = [people.submit(visits, live, path, HELD_SECONDS) for path in (LISTING, HEALTH)]
        listing, health = (one.result() for one in others)
        answers = [one.result() for one in booking]
    others_answers = len(listing), len(health), len(quiet)
    assert min(others_answers) == len(quiet), others_answers
    assert {answer.status for answer in answers} == {503}
    assert all(int(answer.retry_after or 0) > 0 for answer in answers)
    in_time = [answer for answer in answers if answer.seconds < DEADLINE_SECONDS + TOLERANCE_SECONDS]
    assert len(in_time) == number, sorted(answer.seconds for answer in answers)
    at_once = [answer for answer in answers if answer.seconds < DEADLINE_SECONDS - 1]
    assert len(at_once) >= number - 2 * WEB_WORKERS, sorted(answer.seconds for answer in answers)
    assert send(shots[0]).status == 303
