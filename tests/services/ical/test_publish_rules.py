"""The checker of published calendars itself finds a violation of each rule."""

import pytest

from tests.services.ical.publish_rules import busy_faults, feed_faults

FEED = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//EN
METHOD:PUBLISH
NAME:Bookings
X-WR-CALNAME:Bookings
REFRESH-INTERVAL;VALUE=DURATION:PT15M
X-PUBLISHED-TTL:PT15M
BEGIN:VEVENT
UID:00000000-0000-4000-8000-000000000000@example.org
SEQUENCE:0
DTSTAMP:20270501T000000Z
DTSTART:20270504T080000Z
DTEND:20270504T083000Z
STATUS:CONFIRMED
TRANSP:OPAQUE
CLASS:PRIVATE
ORGANIZER;CN="Host: one":mailto:host@example.org
SUMMARY:A\\, b\\; c \\\\ d
END:VEVENT
END:VCALENDAR
"""
EVENT = FEED[FEED.index("BEGIN:VEVENT") : FEED.index("END:VCALENDAR")]
BROKEN_FEEDS = [
    ("METHOD:PUBLISH", "METHOD:REQUEST", "not VERSION:2.0 and METHOD:PUBLISH"),
    ("NAME:Bookings\nX-", "X-", "not one NAME"),
    (EVENT, "", "no component"),
    (EVENT, EVENT * 2, "two events with one UID"),
    ("VEVENT", "VTODO", "components ['VTODO']"),
    ("UID:00000000-0000-4000-8000-000000000000@example.org\n", "", "not one UID"),
    ("SEQUENCE:0", "SEQUENCE:x", "SEQUENCE is not a number"),
    ("DTSTART:20270504T080000Z", "DTSTART:20270504T080000", "DTSTART is not in UTC"),
    ("DTEND:20270504T083000Z", "DTEND:20270504T080000Z", "ends before it starts"),
    ("STATUS:CONFIRMED", "STATUS:CANCELLED", "STATUS is CANCELLED"),
    ("TRANSP:OPAQUE", "TRANSP:TRANSPARENT", "TRANSP is TRANSPARENT"),
    ("mailto:host@example.org", "host@example.org", "ORGANIZER is no address"),
    ("SUMMARY:A\\,", "SUMMARY:A,", "SUMMARY is not escaped"),
    ("SUMMARY:A", "SUMMARY:A\nATTENDEE:mailto:guest@example.net", "unexpected ATTENDEE"),
    ("SUMMARY:A", "SUMMARY:" + "A" * 80, "a line is longer than 75 octets"),
]
BUSY = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//EN
METHOD:PUBLISH
BEGIN:VFREEBUSY
UID:freebusy-ada@example.org
DTSTAMP:20270501T000000Z
DTSTART:20270501T000000Z
DTEND:20270630T000000Z
ORGANIZER:https://example.org/ada
URL:https://example.org/ada/freebusy.ics
FREEBUSY;FBTYPE=BUSY:20270504T080000Z/20270504T083000Z
FREEBUSY;FBTYPE=BUSY:20270504T090000Z/20270504T093000Z
END:VFREEBUSY
END:VCALENDAR
"""
BROKEN_BUSY = [
    ("VFREEBUSY", "VEVENT", "not one VFREEBUSY"),
    ("URL:https://example.org/ada/freebusy.ics\n", "SUMMARY:With Gita\n", "unexpected SUMMARY"),
    ("FBTYPE=BUSY:20270504T08", "FBTYPE=BUSY-UNAVAILABLE:20270504T08", "FREEBUSY is not one busy period in UTC"),
    ("T080000Z/", "T080000/", "FREEBUSY is not one busy period in UTC"),
    ("20270504T090000Z/", "20270504T083000Z/", "FREEBUSY is out of order"),
    ("20270504T080000Z/", "20270430T080000Z/", "FREEBUSY is out of order"),
    ("DTEND:20270630", "DTEND:20270503", "FREEBUSY is out of order"),
]


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def test_good_calendars_have_no_fault() -> None:
    assert feed_faults(crlf(FEED)) == []
    assert busy_faults(crlf(BUSY)) == []


@pytest.mark.parametrize(("good", "bad", "fault"), BROKEN_FEEDS)
def test_each_broken_rule_of_a_feed_is_found(good: str, bad: str, fault: str) -> None:
    assert good in FEED
    assert fault in feed_faults(crlf(FEED.replace(good, bad)))


@pytest.mark.parametrize(("good", "bad", "fault"), BROKEN_BUSY)
def test_each_broken_rule_of_busy_times_is_found(good: str, bad: str, fault: str) -> None:
    assert good in BUSY
    assert fault in busy_faults(crlf(BUSY.replace(good, bad)))
