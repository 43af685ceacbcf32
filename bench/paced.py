"""Latency at a given rate (P5): requests start on schedule, whether or not earlier ones have been answered.

The latency of a request is measured from when it was due, so that waiting for a free connection is included.
"""

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.load import CONNECTIONS, Result


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: str = ""


def paced(url: str, make: Callable[[int], Request], *, rate: float, seconds: float) -> Result:
    """`make` returns the request with a given number."""
    found = _Answers(urlsplit(url).netloc, make, rate, int(rate * seconds))
    threads = [threading.Thread(target=found.work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = sorted(found.times)
    return Result(rate, 1000 * times[int(0.99 * len(times))], found.bad)


class _Answers:
    def __init__(self, place: str, make: Callable[[int], Request], rate: float, total: int) -> None:
        self.place, self.make, self.rate, self.total = place, make, rate, total
        self.began = time.perf_counter() + 0.1
        self.next, self.bad = 0, 0
        self.times: list[float] = []
        self.lock = threading.Lock()

    def work(self) -> None:
        connection = http.client.HTTPConnection(self.place)
        while (number := self._take()) is not None:
            due = self.began + number / self.rate
            time.sleep(max(0.0, due - time.perf_counter()))
            is_good = self._ask(connection, self.make(number))
            with self.lock:
                self.times.append(time.perf_counter() - due)
                self.bad += not is_good
        connection.close()

    def _take(self) -> int | None:
        with self.lock:
            self.next += 1
            return self.next - 1 if self.next <= self.total else None

    def _ask(self, connection: http.client.HTTPConnection, request: Request) -> bool:
        connection.request(request.method, request.path, request.body or None, request.headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status < 400
