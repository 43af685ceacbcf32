"""Names, titles and subjects go into mails to others: none of them can hold a web address, whoever types it where."""

from collections.abc import Callable

import requests

from tests.builders import Build, tomorrow
from tests.live import Live, Person

ADDRESS = "Your invoice: paypal-login.com"


def test_a_guest_cannot_have_a_web_address_mailed(live: Live, host: int, build: Build) -> None:
    slot = build.slot(host, tomorrow(10))
    guest = {"slot_id": str(slot.public_id), "email": "victim@example.net", "time_zone": "Europe/Paris"}
    for name, subject in ((ADDRESS, "Hello"), ("Gita", ADDRESS)):
        body = {**guest, "name": name, "subject": subject}
        answer = requests.post(f"{live.url}/api/v1/bookings", json=body, timeout=60)
        assert answer.status_code == 422
        assert ["web address" in str(fault) for fault in answer.json()["errors"].values()] == [True]
    assert build.rows("SELECT 1 FROM booking") == []


def test_a_host_cannot_have_one_mailed_to_guests(
    live: Live, host: int, person: Callable[[], Person], build: Build
) -> None:
    ada = person()
    ada.log_in("ada@example.org")
    assert "web address" in ada.submit("/settings", action="/settings", name=ADDRESS).text
    assert "web address" in ada.submit("/event-types/30min/edit", action="/event-types/30min", title=ADDRESS).text
    assert build.row("SELECT name FROM host")[0] == "Ada Lovelace"
    assert build.rows("SELECT 1 FROM event_type WHERE title ~ 'paypal'") == []
