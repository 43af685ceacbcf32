"""Values that another program decodes again: addresses in links, parameters of URLs, names in calendar files."""

import re
from html import unescape
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.builders import Build
from tests.web.desk import Desk
from webapp.services.shared.links import manage_token

TITLES = [
    "a&text=b", "a%26text%3Db", "a+b c", "a#b?c=d", "a%0D%0Ab", "a;b", "李小龍 – é", '"><script>', "&amp;&lt;",
    "=?utf-8?q?a=0D=0Ab?=", "a^nb ^' ^^", 'Ada "the first"', "a\\nb\\, c",
]  # fmt: skip
LINK = re.compile(r'href="(https://(?:calendar\.google|outlook\.live|calendar\.yahoo)\.com/[^"]+)"')


@pytest.mark.parametrize("title", TITLES)
def test_links_to_calendars_carry_the_title_and_nothing_else(
    build: Build,
    visitor,
    context: None,
    title: str,  # type: ignore[no-untyped-def]
) -> None:
    host = build.host(name=title)
    build.event_type(host, title=title)
    booking = build.booking(build.slot(host))
    page = visitor.open(f"/manage/{manage_token(booking.uid)}").text
    google, outlook, yahoo = (parse_qs(urlsplit(unescape(link)).query) for link in LINK.findall(page))
    for found, name, others in (
        (google, "text", {"action", "dates"}),
        (outlook, "subject", {"path", "rru", "startdt", "enddt"}),
        (yahoo, "title", {"v", "st", "et"}),
    ):
        assert found.pop(name) == [f"{title} – {title}"]
        assert set(found) == others


@pytest.mark.parametrize("title", TITLES)
def test_the_invitation_file_names_people_as_they_are_called(
    build: Build,
    visitor,
    context: None,
    title: str,  # type: ignore[no-untyped-def]
) -> None:
    """By RFC 6868 and RFC 5545 3.3.11, undone here by hand."""
    host = build.host(name=title)
    build.event_type(host, title=title)
    booking = build.booking(build.slot(host))
    answer = visitor.open(f"/manage/{manage_token(booking.uid)}/invite.ics")
    lines = answer.data.decode().replace("\r\n ", "").split("\r\n")
    (organizer,) = (line for line in lines if line.startswith("ORGANIZER"))
    (summary,) = (line for line in lines if line.startswith("SUMMARY:"))
    called = re.fullmatch(r'ORGANIZER;CN=(?:"([^"]*)"|([^";:,]*)):mailto:.*', organizer)
    assert called
    carets = {"^n": "\n", "^'": '"', "^^": "^"}
    assert re.sub(r"\^[n'^]", lambda found: carets[found[0]], called[1] or called[2]) == title
    backslashes = {"\\n": "\n", "\\N": "\n"}
    told = re.sub(r"\\.", lambda found: backslashes.get(found[0], found[0][1]), summary.removeprefix("SUMMARY:"))
    assert told == f"{title} – {title}"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="invite.ics"'


def test_a_mail_to_a_guest_goes_to_the_guest_alone(desk: Desk, build: Build) -> None:
    email = "gita?bcc=thief%40example.com&x=@example.net"
    booking = build.booking(build.slot(desk.host_id), email=email)
    (link,) = re.findall(r'href="(mailto:[^"]+)"', desk.open(f"/bookings/{booking.uid}").text)
    assert not set("?&#") & set(link)
    assert unquote(link) == f"mailto:{email}"
