"""The rules of RFC 5545 and RFC 5546 for messages, checked on the bytes.

Independent of the library that writes them: libraries accept much that calendars refuse, such as an event without a
UID. `faults` lists every violated rule; an empty list means a valid message.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

UTC_TIME = re.compile(r"\d{8}T\d{6}Z")
# Nothing in it that would lead elsewhere: RFC 6068 has the rest encoded.
BARE = r"(?:[!$'*+\-./0-9=A-Z^_`a-z{|}~]|%[0-9A-F]{2})+"
MAILTO = re.compile(f"mailto:{BARE}@{BARE}")
UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@\S+")
BAD_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*(\\[^\\;,nN]|\\$|[;,])")
STATUS = {"REQUEST": {"CONFIRMED", "TENTATIVE"}, "CANCEL": {"CANCELLED"}}
CALENDAR = {"PRODID", "VERSION", "METHOD", "CALSCALE"}
ONCE = {"UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "STATUS", "ORGANIZER", "SUMMARY"}
OPTIONAL = {"TRANSP", "DESCRIPTION", "URL", "LOCATION"}
TEXTS = {"SUMMARY", "DESCRIPTION", "LOCATION"}


@dataclass(frozen=True)
class Line:
    name: str
    parameters: dict[str, str]
    value: str


def faults(content: bytes, method: str) -> list[str]:
    found = list(raw_faults(content))
    lines = [parsed(line) for line in unfolded(content)]
    blocks = [f"{line.name}:{line.value}" for line in lines if line.name in ("BEGIN", "END")]
    if blocks != ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR"]:
        return [*found, f"not one VEVENT in one VCALENDAR: {blocks}"]
    names = [line.name for line in lines]
    inside = slice(names.index("BEGIN", 1) + 1, names.index("END"))
    event = lines[inside]
    head = lines[1 : inside.start - 1] + lines[inside.stop + 1 : -1]
    return [*found, *_calendar_faults(head, method), *_event_faults(event, method)]


def unfolded(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def parsed(line: str) -> Line:
    """Name, parameters, value (RFC 5545 3.1): a colon inside quotes does not end the parameters."""
    quoted, end = False, len(line)
    for at, character in enumerate(line):
        quoted ^= character == '"'
        if character == ":" and not quoted:
            end = at
            break
    name, *parameters = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', line[:end])
    pairs = (parameter.partition("=") for parameter in parameters)
    return Line(name, {key: value.strip('"') for key, _, value in pairs}, line[end + 1 :])


def values(content: bytes) -> dict[str, str]:
    """Property -> value, of the event; the last one of each name."""
    return {line.name: line.value for line in map(parsed, unfolded(content))}


def raw_faults(content: bytes) -> Iterator[str]:
    if not content.endswith(b"\r\n"):
        yield "does not end with CRLF"
    if re.search(rb"\r(?!\n)|(?<!\r)\n", content):
        yield "a line does not end with CRLF"
    if any(len(line) > 75 for line in content.split(b"\r\n")):
        yield "a line is longer than 75 octets"
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", content):
        yield "a control character"


def _calendar_faults(head: list[Line], method: str) -> Iterator[str]:
    given = [(line.name, line.value) for line in head]
    for needed in (("VERSION", "2.0"), ("METHOD", method)):
        if given.count(needed) != 1:
            yield f"not one {needed[0]}:{needed[1]}"
    if [name for name, _ in given].count("PRODID") != 1:
        yield "not one PRODID"
    yield from (f"unexpected {name} in the calendar" for name, _ in given if name not in CALENDAR)


def _event_faults(event: list[Line], method: str) -> Iterator[str]:
    names = [line.name for line in event]
    yield from (f"not one {name}" for name in sorted(ONCE) if names.count(name) != 1)
    yield from (f"more than one {name}" for name in sorted(OPTIONAL) if names.count(name) > 1)
    yield from (f"unexpected {name}" for name in names if name not in ONCE | OPTIONAL | {"ATTENDEE"})
    value = {line.name: line.value for line in event}
    if not UID.fullmatch(value.get("UID", "")):
        yield "UID is not uuid@domain"
    if not value.get("SEQUENCE", "").isdigit():
        yield "SEQUENCE is not a number"
    if value.get("STATUS") not in STATUS[method]:
        yield f"STATUS does not fit {method}"
    yield from time_faults(value)
    yield from _people_faults(event)
    yield from (f"{line.name} is not escaped" for line in event if line.name in TEXTS and BAD_ESCAPE.search(line.value))


def time_faults(value: dict[str, str]) -> Iterator[str]:
    for name in ("DTSTAMP", "DTSTART", "DTEND"):
        if not UTC_TIME.fullmatch(value.get(name, "")):
            yield f"{name} is not in UTC"
    if value.get("DTEND", "") <= value.get("DTSTART", ""):
        yield "ends before it starts"


def _people_faults(event: list[Line]) -> Iterator[str]:
    attendees = [line for line in event if line.name == "ATTENDEE"]
    organizers = {line.value for line in event if line.name == "ORGANIZER"}
    for line in [*attendees, *(line for line in event if line.name == "ORGANIZER")]:
        if not MAILTO.fullmatch(line.value):
            yield f"{line.name} is not a bare mailto:"
    if len({line.value for line in attendees}) != len(attendees) or len(attendees) not in (1, 2):
        yield "not one guest, with or without one host"
    for line in attendees:
        answered = line.parameters.get("PARTSTAT"), line.parameters.get("RSVP")
        if line.value not in organizers and answered != ("ACCEPTED", "FALSE"):
            yield "somebody is asked to answer"
