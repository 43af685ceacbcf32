"""What text from outside may contain."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.text import TextFault, flattened, initials, line, paragraph, plain_lines, searched

LINE_BREAKS = ["\r", "\n", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]
REORDERING = ["\u202a", "\u202e", "\u2066", "\u2069"]
CONTROLS = ["\x00", "\x01", "\x1b", "\x1c", "\x7f", "\x9f", "\ud800"]


def is_refused(text: str, check: Callable[[str, int], str] = line) -> bool:
    try:
        check(text, 100)
    except TextFault as fault:
        return fault.code == "control_character"
    return False


@pytest.mark.parametrize("bad", REORDERING + CONTROLS)
@pytest.mark.parametrize("pattern", ["Ada{}Lovelace", "{}Ada", "Ada{}"])
def test_a_line_refuses_controls_anywhere(bad: str, pattern: str) -> None:
    assert is_refused(pattern.format(bad))


@pytest.mark.parametrize("bad", [*LINE_BREAKS, "\t"])
def test_a_line_refuses_breaks_within_and_loses_those_that_were_pasted_around_it(bad: str) -> None:
    assert is_refused(f"Ada{bad}Lovelace")
    assert line(f"{bad} Ada{bad}", 100) == "Ada"


@pytest.mark.parametrize("bad", [*REORDERING, "\x00", "\x1c", "\ud800"])
def test_a_paragraph_refuses_controls(bad: str) -> None:
    assert is_refused(f"one{bad}two", paragraph)


@pytest.mark.parametrize("end", LINE_BREAKS)
def test_every_end_of_a_line_is_one_in_a_paragraph(end: str) -> None:
    assert paragraph(f"one{end}two{end}", 100) == "one\ntwo"


@pytest.mark.parametrize("unseen", ["\ufeff", "\u200b", "\u2060", "\u00a0"])
def test_what_nobody_sees_around_a_text_is_not_kept(unseen: str) -> None:
    assert line(f"{unseen} Ada {unseen}", 100) == "Ada"
    assert paragraph(f"{unseen}Ada\n{unseen}", 100) == "Ada"


@pytest.mark.parametrize("typed", [" Jose\u0301\u00a0", "Jos\u00e9", "\ufeffJos\u00e9\n", "\0Jos\u00e9"])
def test_what_is_looked_for_is_written_as_what_is_kept(typed: str) -> None:
    assert searched(typed) == line("Jose\u0301", 10)


@pytest.mark.parametrize(
    "blank", ["", "   ", "\u00a0\u2003", "\u200b\u200d", "\u200f\u061c", "\u3164", "\u2800 \u2800"]
)
def test_what_nobody_can_see_is_blank(blank: str) -> None:
    with pytest.raises(TextFault) as caught:
        line(blank, 100)
    assert caught.value.code == "blank"
    assert line(blank, 100, required=False) == ""


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "José",
        "李小龙",
        "محمد",
        "می‌خواهم",
        "\u200fשלום!\u200f",
        "أحمد\u200e (2)\u061c",
        "👩‍💻 Ada",
        "O'Brien & <Söhne>",
        "=1+1",
    ],
)
def test_names_of_any_script_pass_unchanged(name: str) -> None:
    assert line(name, 100) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Mara van Dijk", "MD"), ("ada", "A"), ("\u200fדנה כהן", "דכ"), ("\u200f", ""), ("👩‍💻 dev", "👩D")],
)
def test_initials_are_of_what_is_seen(name: str, expected: str) -> None:
    assert initials(name) == expected


def test_lines_are_trimmed_and_composed() -> None:
    assert line("  Jose\u0301 ", 4) == "Jos\u00e9"


def test_paragraphs_keep_their_lines() -> None:
    assert paragraph("one\r\ntwo\rthree\n\tfour\n", 100) == "one\ntwo\nthree\n\tfour"


def test_length_is_of_what_is_kept() -> None:
    assert line(" " * 50 + "a" * 10, 10) == "a" * 10
    with pytest.raises(TextFault) as caught:
        line("a" * 11, 10)
    assert (caught.value.code, caught.value.longest) == ("too_long", 10)
    with pytest.raises(TextFault):
        line("a" * 10_000_000, 10)


@given(st.text(max_size=40))
def test_what_is_accepted_is_clean_and_stays_as_it_is(value: str) -> None:
    try:
        kept = line(value, 30)
    except TextFault:
        return
    assert len(kept) <= 30
    assert line(kept, 30) == kept == unicodedata.normalize("NFC", kept)
    assert kept.splitlines() == [kept]


@given(st.text(max_size=40))
def test_what_is_accepted_today_is_told_as_it_is(value: str) -> None:
    try:
        kept, lines = line(value, 200), paragraph(value, 200, required=True)
    except TextFault:
        return
    assert flattened(kept) == kept
    assert plain_lines(lines) == lines


@given(st.text(max_size=40))
def test_what_an_older_rule_let_in_is_told_without_breaks_and_controls(value: str) -> None:
    assert len(flattened(value).splitlines()) <= 1
    for told in (flattened(value), *plain_lines(value).split("\n")):
        try:
            paragraph(told, 200)
        except TextFault as fault:
            pytest.fail(f"{told!a}: {fault}")
