"""A guest books with scripts and a mouse or a finger: from the host's page to the confirmation, and out of it again."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.steps import choose_day, fill_in, heading
from tests.builders import Build, tomorrow
from tests.live import Live, link_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("live")]
LISBON = ZoneInfo("Europe/Lisbon")
FIRST, SECOND, MUCH_LATER = tomorrow(10), tomorrow(11), tomorrow(14, days=40)


def clock(moment: datetime, zone: str = "Europe/Lisbon") -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


@pytest.fixture
def offers(ada: int, build: Build) -> None:
    build.slots(ada, [FIRST, SECOND, MUCH_LATER])


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_the_hosts_page_to_a_meeting_and_out_of_it(
    viewport: dict[str, int], offers: None, open_window: Open, live: Live, build: Build
) -> None:
    gita = open_window(viewport=viewport)
    gita.goto("/ada")
    gita.get_by_role("link", name="30 minutes").click()
    choose_day(gita, FIRST.astimezone(LISBON))
    gita.get_by_role("link", name=f"{clock(FIRST)},").click()
    heading(gita, "Your details")
    fill_in(gita)
    gita.get_by_role("button", name="Book this time").click()
    heading(gita, "You are booked")
    expect(gita.get_by_text(clock(FIRST))).to_be_visible()
    assert build.row("SELECT status, starts_at FROM slot WHERE status = 'booked'").starts_at == FIRST

    # The mail arrives, and its link moves the meeting to another month …
    [mail] = live.mails_to("gita@example.net")
    gita.goto(link_in(mail, "/manage/"))
    gita.get_by_role("link", name="Choose another time").click()
    choose_day(gita, MUCH_LATER.astimezone(LISBON))
    gita.get_by_role("link", name=f"{clock(MUCH_LATER)},").click()
    heading(gita, "Move this meeting?")
    gita.get_by_role("button", name="Move the meeting").click()
    heading(gita, "Your meeting is moved")
    assert build.row("SELECT starts_at FROM slot WHERE status = 'booked'").starts_at == MUCH_LATER

    # … or cancels it: not by a mere click.
    mails = live.mails_to("gita@example.net", count=2)
    gita.goto(link_in(mails[-1], "/manage/"))
    gita.get_by_role("link", name="Cancel the meeting").click()
    gita.get_by_role("button", name="Cancel the meeting").click()
    assert build.row("SELECT count(*) FROM booking WHERE status = 'confirmed'")[0] == 1
    gita.get_by_label("Yes, cancel this meeting").check()
    gita.get_by_role("button", name="Cancel the meeting").click()
    heading(gita, "This meeting is cancelled")
    assert build.row("SELECT count(*) FROM slot WHERE status = 'available'")[0] == 3
