"""Guests who book at the same time, and somebody who looks at pages meanwhile."""

import time
from dataclasses import dataclass

import requests

from tests.concurrency.racers import Shot

DEADLINE_SECONDS = 3.5
TOLERANCE_SECONDS = 4.0  # for a machine that has other work


@dataclass(frozen=True)
class Answer:
    status: int
    retry_after: str | None
    seconds: float

    @property
    def is_in_time(self) -> bool:
        return self.seconds < DEADLINE_SECONDS + TOLERANCE_SECONDS


def send(shot: Shot) -> Answer:
    began_at = time.monotonic()
    response = requests.post(
        f"http://{shot.server}{shot.path}", shot.fields, headers=shot.headers, allow_redirects=False, timeout=120
    )
    return Answer(response.status_code, response.headers.get("Retry-After"), time.monotonic() - began_at)


def visits(url: str, seconds: float) -> int:
    """How often the page can be visited, one visit after the other, in so many seconds."""
    number, until = 0, time.monotonic() + seconds
    with requests.Session() as visitor:
        while time.monotonic() < until:
            assert visitor.get(url, timeout=120).status_code == 200
            number += 1
            time.sleep(0.02)
    return number
