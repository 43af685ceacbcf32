"""Lines of calendar files: folded as the library does, but faster."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Event

from tests.examples import examples
from tests.services.ical.ics_rules import unfolded
from webapp.services.ical.files import octets_of

TEXTS = st.text(st.sampled_from("ab \\\\\\\\;,^ü李👩\n"), max_size=400)


@given(text=TEXTS, shift=st.integers(0, 80))
@settings(deadline=None, max_examples=examples(150))
@example(text="\\" * 300, shift=1)
@example(text="^" * 300, shift=0)
@example(text="👩🏽‍💻" * 60, shift=2)
def test_lines_are_short_and_say_what_the_librarys_say(text: str, shift: int) -> None:
    event = Event()
    event.add("DESCRIPTION", "x" * shift + text)
    content = octets_of(event)
    assert unfolded(content) == unfolded(bytes(event.to_ical()))
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no character is broken
    for part in content.decode().split("\r\n ")[:-1]:
        escapes = re.search(r"\\*$", part)
        assert escapes
        assert len(escapes[0]) % 2 == 0


def test_a_line_of_75_octets_is_not_folded() -> None:
    for octets, lines in ((75, 1), (76, 2), (149, 2), (150, 3)):
        event = Event()
        event.add("SUMMARY", "x" * (octets - len("SUMMARY:")))
        assert octets_of(event).count(b"\r\n") == lines + 2
