"""How many bytes the first visit to the public page transfers."""

from playwright.sync_api import Page

from tests.builders import Build, tomorrow

MOST_BYTES = 60_000  # of everything, headers included


def test_the_public_page_is_light(ada: int, guest: Page, build: Build) -> None:
    for days in range(1, 32):
        build.slots(ada, [tomorrow(hour, minute, days=days) for hour in range(8, 16) for minute in (0, 30)])
    network = guest.context.new_cdp_session(guest)
    network.send("Network.enable")
    sizes: dict[str, int] = {}
    network.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    guest.goto("/ada/30min")
    guest.wait_for_url("**zone=*")  # as in the guest's zone, which is asked for by a second request
    guest.wait_for_load_state("networkidle")
    assert len(sizes) >= 8
    assert 0 < sum(sizes.values()) <= MOST_BYTES
