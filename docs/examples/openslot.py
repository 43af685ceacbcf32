"""A small client for Openslot in one file, with the standard library only.

    client = Openslot("https://book.example.org", token="osl_...")
    for slot in client.slots("demo", "30min", "2027-03-14", "2027-03-20", "Europe/Paris"):
        print(slot["start"])

From the shell: python openslot.py https://book.example.org demo 30min 2027-03-14 2027-03-20
"""

import base64
import hmac
import json
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

Json = dict[str, Any]
TRIES = 4
PASSING = (429, 503)
OLDEST_MESSAGE = 300  # seconds


class Refused(Exception):
    """The instance refused the request. `code` is stable: slot_taken, invalid, ..."""

    def __init__(self, problem: Json) -> None:
        super().__init__(f"{problem['code']}: {problem['detail']}")
        self.code: str = problem["code"]
        self.errors: dict[str, list[str]] = problem.get("errors", {})


class Openslot:
    """One instance, used as a host (with a token) or anonymously."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.base = f"{url.rstrip('/')}/api/v1"
        self.token = token

    def slots(self, host: str, event_type: str, first: str, last: str, time_zone: str) -> list[Json]:
        """The slots that can be booked on these dates, sorted by start."""
        query = urlencode({"from": first, "to": last, "time_zone": time_zone})
        found: list[Json] = self.call("GET", f"/hosts/{host}/event-types/{event_type}/slots?{query}")["data"]
        return found

    def book(self, **wanted: Any) -> Json:
        """Book once, however often the request has to be repeated."""
        return self.call("POST", "/bookings", wanted, {"Idempotency-Key": str(uuid.uuid4())})

    def reschedule(self, booking: Json, start: str) -> Json:
        path = f"/bookings/{booking['id']}/reschedule"
        return self.call("POST", path, {"start": start}, {"X-Manage-Token": booking["manage_token"]})

    def cancel(self, booking: Json, reason: str | None = None) -> None:
        headers = {"X-Manage-Token": booking["manage_token"]}
        self.call("DELETE", f"/bookings/{booking['id']}", {"reason": reason}, headers)

    def bookings(self, **filters: str) -> Iterator[Json]:
        """All bookings of the host, page after page."""
        cursor: str | None = ""
        while cursor is not None:
            query = urlencode(filters | ({"cursor": cursor} if cursor else {}))
            page = self.call("GET", f"/bookings?{query}")
            yield from page["data"]
            cursor = page["next_cursor"]

    def call(self, method: str, path: str, body: Json | None = None, headers: dict[str, str] | None = None) -> Json:
        """Raises Refused. Waits and retries if the instance asks for it."""
        request = Request(self.base + path, method=method, headers=self._headers() | (headers or {}))
        if body is not None:
            request.data = json.dumps(body).encode()
        for attempt in range(1, TRIES + 1):
            try:
                with urlopen(request, timeout=10) as answer:
                    return json.loads(answer.read() or b"{}")
            except HTTPError as error:
                if error.code not in PASSING or attempt == TRIES:
                    raise Refused(json.load(error)) from None
                time.sleep(int(error.headers.get("Retry-After", "1")))
        raise AssertionError("unreachable")

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        return headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a message to a webhook comes from Openslot and is recent. `body`: the bytes as received."""
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    expected = b"v1," + base64.b64encode(digest)
    is_signed = any(hmac.compare_digest(expected, one.encode()) for one in headers["webhook-signature"].split(" "))
    return is_signed and abs(time.time() - int(timestamp)) <= OLDEST_MESSAGE


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    url, host, event_type, first, last = sys.argv[1:]
    try:
        for slot in Openslot(url).slots(host, event_type, first, last, "UTC"):
            print(slot["start"])
    except Refused as refusal:
        sys.exit(str(refusal))
