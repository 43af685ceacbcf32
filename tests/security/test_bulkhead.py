"""A transaction that stands still holds one host's lock. Guests of that host get an answer in time, and pages of other
hosts are as quick as before."""

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text

from tests.builders import Build, tomorrow
from tests.concurrency.racers import Racer, Server, Shot
from tests.live import Live
from tests.security.visits import DEADLINE_SECONDS, send, visits

HELD_SECONDS = 3.0  # at least; all of the measuring happens meanwhile
WEB_WORKERS = 2


@pytest.fixture
def guests(live: Live, build: Build, host: int) -> Callable[[int], list[Shot]]:
    """Guests of Ada who have filled in the form for one time and have yet to send it. Bob is another host."""
    build.slots(host, [tomorrow()], capacity=100)
    build.slots(build.host(slug="bob"), [tomorrow(hour) for hour in range(8, 16)])

    def filled_in(number: int) -> list[Shot]:
        one = Racer(Server(live.url))
        people = [{"email": f"guest{i}@example.net", "key": str(uuid.uuid4())} for i in range(number)]
        return [one.booking("/ada/30min", tomorrow(), **person) for person in people]

    return filled_in


@contextmanager
def held(owner: Engine) -> Iterator[None]:
    """Ada's row is locked by a transaction that does nothing more."""
    with owner.connect() as other:
        other.execute(text("SELECT id FROM host WHERE slug = 'ada' FOR NO KEY UPDATE"))
        yield
        other.rollback()


@pytest.mark.parametrize("number", [12, 40])
def test_a_lock_that_is_not_released_concerns_only_those_who_need_it(
    live: Live, guests: Callable[[int], list[Shot]], owner: Engine, number: int
) -> None:
    shots = guests(number)
    listing, health = f"{live.url}/bob/30min", f"{live.url}/healthz"
    quiet = visits(listing, 1.0)
    with ThreadPoolExecutor(number + 2) as people, held(owner):
        booking = [people.submit(send, shot) for shot in shots]
        time.sleep(0.2)  # until they wait
        looking = [people.submit(visits, page, HELD_SECONDS) for page in (listing, health)]
        meanwhile = [one.result() for one in looking]
        answers = [one.result() for one in booking]
    assert min(meanwhile) > quiet, (meanwhile, quiet)
    assert {answer.status for answer in answers} == {503}
    assert all(int(answer.retry_after or 0) > 0 for answer in answers)
    seconds = sorted(round(answer.seconds, 1) for answer in answers)
    assert all(answer.is_in_time for answer in answers), seconds
    waited = [answer for answer in answers if answer.seconds > DEADLINE_SECONDS - 1]
    assert len(waited) <= 2 * WEB_WORKERS, seconds
    assert send(shots[0]).status == 303
