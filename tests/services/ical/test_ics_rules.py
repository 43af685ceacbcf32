"""The checker itself finds a violation of each rule."""

import pytest

from tests.services.ical.ics_rules import faults

GOOD = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//EN
METHOD:REQUEST
BEGIN:VEVENT
UID:00000000-0000-4000-8000-000000000000@example.org
SEQUENCE:0
DTSTAMP:20270501T000000Z
DTSTART:20270504T080000Z
DTEND:20270504T083000Z
STATUS:CONFIRMED
ORGANIZER;CN="Host: one":mailto:host@example.org
ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:guest@example.net
ATTENDEE;PARTSTAT=ACCEPTED:mailto:host@example.org
SUMMARY:A\\, b\\; c \\\\ d
END:VEVENT
END:VCALENDAR
"""

BROKEN = [
    ("UID:00000000-0000-4000-8000-000000000000@example.org\n", "", "not one UID"),
    ("@example.org\nSEQ", "\nSEQ", "UID is not uuid@domain"),
    ("SEQUENCE:0", "SEQUENCE:one", "SEQUENCE is not a number"),
    ("SEQUENCE:0\n", "SEQUENCE:0\nSEQUENCE:1\n", "not one SEQUENCE"),
    ("DTSTAMP:20270501T000000Z", "DTSTAMP:20270501T000000", "DTSTAMP is not in UTC"),
    ("DTSTART:20270504T080000Z", "DTSTART:20270504T100000", "DTSTART is not in UTC"),
    ("DTEND:20270504T083000Z", "DTEND:20270504T073000Z", "ends before it starts"),
    ("STATUS:CONFIRMED", "STATUS:CANCELLED", "STATUS does not fit REQUEST"),
    ("METHOD:REQUEST", "METHOD:CANCEL", "not one METHOD:REQUEST"),
    ("METHOD:REQUEST\n", "", "not one METHOD:REQUEST"),
    ("mailto:host@example.org\nATT", 'mailto:"Host" <host@example.org>\nATT', "ORGANIZER is not a bare mailto:"),
    ("mailto:guest@", "mailto:guest?cc=boss@", "ATTENDEE is not a bare mailto:"),
    ("mailto:guest@", "mailto:per%cent@", "ATTENDEE is not a bare mailto:"),
    ("mailto:guest@", "mailto:josé@", "ATTENDEE is not a bare mailto:"),
    ("RSVP=FALSE", "RSVP=TRUE", "somebody is asked to answer"),
    ("PARTSTAT=ACCEPTED;RSVP", "PARTSTAT=NEEDS-ACTION;RSVP", "somebody is asked to answer"),
    ("RSVP=FALSE:mailto:guest@example.net", "RSVP=FALSE:mailto:host@example.org", "not one guest, with"),
    ("SUMMARY:A\\,", "SUMMARY:A,", "SUMMARY is not escaped"),
    ("SUMMARY:A\\,", "SUMMARY:A\\x", "SUMMARY is not escaped"),
    ("SUMMARY:A", "SUMMARY:A\nATTACH:https://evil.example", "unexpected ATTACH"),
    ("SUMMARY:A", "SUMMARY:" + "A" * 80, "a line is longer than 75 octets"),
    ("SUMMARY:A", "SUMMARY:A\x07", "a control character"),
    ("END:VEVENT\n", "END:VEVENT\nBEGIN:VEVENT\nEND:VEVENT\n", "not one VEVENT in one VCALENDAR"),
]


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def test_a_good_message_has_no_fault() -> None:
    assert faults(crlf(GOOD), "REQUEST") == []


@pytest.mark.parametrize(("good", "bad", "fault"), BROKEN)
def test_each_broken_rule_is_found(good: str, bad: str, fault: str) -> None:
    assert GOOD.count(good) == 1
    found = faults(crlf(GOOD.replace(good, bad)), "REQUEST")
    assert any(one.startswith(fault) for one in found), found


@pytest.mark.parametrize("content", [GOOD.encode(), crlf(GOOD)[:-2], crlf(GOOD).replace(b"SUMMARY", b"\nSUMMARY")])
def test_line_ends_are_checked(content: bytes) -> None:
    assert any("CRLF" in fault or "not one VEVENT" in fault for fault in faults(content, "REQUEST"))
