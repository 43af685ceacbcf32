"""The rules for published calendars (RFC 5545, RFC 5546 3.2.1 and 3.3.1), checked on the bytes.

Like `ics_rules`, independent of the library that writes them; `feed_faults` and `busy_faults` list violated rules.
"""

import re
from collections.abc import Iterator

from tests.services.ical.ics_rules import (
    BAD_ESCAPE,
    MAILTO,
    TEXTS,
    UID,
    Line,
    parsed,
    raw_faults,
    time_faults,
    unfolded,
)

ADDRESS = re.compile(rf"{MAILTO.pattern}|https?://\S+")
PERIOD = re.compile(r"(\d{8}T\d{6}Z)/(\d{8}T\d{6}Z)")
FRAME = {"VERSION", "PRODID", "METHOD"}
FEED_FRAME = FRAME | {"NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"}
EVENT_ONCE = {
    "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "STATUS", "ORGANIZER", "SUMMARY", "TRANSP", "CLASS",
}  # fmt: skip
EVENT_OPTIONAL = {"DESCRIPTION", "LOCATION", "URL", "X-MICROSOFT-CDO-BUSYSTATUS"}
BUSY_ONCE = {"UID", "DTSTAMP", "DTSTART", "DTEND", "ORGANIZER", "URL"}
VALUES = {"STATUS": {"CONFIRMED", "TENTATIVE"}, "TRANSP": {"OPAQUE"}, "CLASS": {"PRIVATE", "PUBLIC"}}

Component = tuple[str, list[Line]]


def feed_faults(content: bytes) -> list[str]:
    frame, components = _parts(content)
    found = [*raw_faults(content), *_frame_faults(frame, FEED_FRAME)]
    if not components:
        found.append("no component")
    names = {name for name, _ in components}
    if names not in ({"VEVENT"}, {"VTIMEZONE"}):
        found.append(f"components {sorted(names)}")
    events = events_of(content)
    uids = [line.value for event in events for line in event if line.name == "UID"]
    if len(set(uids)) < len(uids):
        found.append("two events with one UID")
    return found + [fault for event in events for fault in _event_faults(event)]


def busy_faults(content: bytes) -> list[str]:
    frame, components = _parts(content)
    found = [*raw_faults(content), *_frame_faults(frame, FRAME)]
    if [name for name, _ in components] != ["VFREEBUSY"]:
        return [*found, "not one VFREEBUSY"]
    lines = components[0][1]
    found += _count_faults(lines, once=BUSY_ONCE, optional=set(), many={"FREEBUSY"})
    value = {line.name: line.value for line in lines}
    found += time_faults(value)
    return found + list(_period_faults(lines, value))


def events_of(content: bytes) -> list[list[Line]]:
    """The lines of each VEVENT."""
    return [lines for name, lines in _parts(content)[1] if name == "VEVENT"]


def property_of(event: list[Line], name: str) -> str:
    """The value of a property of an event; "" where there is none."""
    return next((line.value for line in event if line.name == name), "")


def _parts(content: bytes) -> tuple[list[Line], list[Component]]:
    """The lines of the VCALENDAR itself, and its components."""
    lines = [parsed(line) for line in unfolded(content)]
    first, last = lines[0], lines[-1]
    assert (first.name, first.value, last.name, last.value) == ("BEGIN", "VCALENDAR", "END", "VCALENDAR")
    frame: list[Line] = []
    components: list[Component] = []
    inside: list[str] = []
    for line in lines[1:-1]:
        if line.name == "BEGIN":
            inside.append(line.value)
            if len(inside) == 1:
                components.append((line.value, []))
        elif line.name == "END":
            assert inside
            assert inside.pop() == line.value
        else:
            (components[-1][1] if inside else frame).append(line)
    assert not inside
    return frame, components


def _frame_faults(frame: list[Line], names: set[str]) -> Iterator[str]:
    yield from _count_faults(frame, once=names, optional=set())
    value = {line.name: line.value for line in frame}
    if (value.get("VERSION"), value.get("METHOD")) != ("2.0", "PUBLISH"):
        yield "not VERSION:2.0 and METHOD:PUBLISH"


def _count_faults(
    lines: list[Line], *, once: set[str], optional: set[str], many: frozenset[str] | set[str] = frozenset()
) -> Iterator[str]:
    names = [line.name for line in lines]
    yield from (f"not one {name}" for name in sorted(once) if names.count(name) != 1)
    yield from (f"more than one {name}" for name in sorted(optional) if names.count(name) > 1)
    yield from (f"unexpected {name}" for name in names if name not in once | optional | many)


def _event_faults(event: list[Line]) -> Iterator[str]:
    yield from _count_faults(event, once=EVENT_ONCE, optional=EVENT_OPTIONAL)
    value = {line.name: line.value for line in event}
    if not UID.fullmatch(value.get("UID", "")):
        yield "UID is not uuid@domain"
    if not value.get("SEQUENCE", "").isdigit():
        yield "SEQUENCE is not a number"
    if not ADDRESS.fullmatch(value.get("ORGANIZER", "")):
        yield "ORGANIZER is no address"
    yield from (f"{name} is {value.get(name)}" for name, known in VALUES.items() if value.get(name) not in known)
    yield from time_faults(value)
    yield from (f"{line.name} is not escaped" for line in event if line.name in TEXTS and BAD_ESCAPE.search(line.value))


def _period_faults(lines: list[Line], value: dict[str, str]) -> Iterator[str]:
    """In UTC, inside the times that are told of, in order and apart."""
    before = value.get("DTSTART", "")
    for line in lines:
        if line.name != "FREEBUSY":
            continue
        found = PERIOD.fullmatch(line.value)
        if line.parameters | {"VALUE": "PERIOD"} != {"FBTYPE": "BUSY", "VALUE": "PERIOD"} or not found:
            yield "FREEBUSY is not one busy period in UTC"
            continue
        start, end = found.groups()
        if not (before <= start < end <= value.get("DTEND", "")):
            yield "FREEBUSY is out of order"
        before = f"{end}+"  # touching the next one would be one with it
