"""Host names in the canonical form that browsers send; others are refused with a sentence."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.core.config.values import host_names, web_origin
from webapp.core.host_names import canonical, is_among


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://book.example.org/", "https://book.example.org"),
        ("HTTPS://Book.Example.ORG", "https://book.example.org"),
        ("https://book.example.org.", "https://book.example.org"),
        ("https://book.example.org:443", "https://book.example.org"),
        ("http://book.example.org:80", "http://book.example.org"),
        ("https://book.example.org:80", "https://book.example.org:80"),
        ("http://Localhost:8224", "http://localhost:8224"),
        ("http://localhost:", "http://localhost"),
        ("http://bücher.example", "http://xn--bcher-kva.example"),
        ("http://BÜCHER.example:8224", "http://xn--bcher-kva.example:8224"),
        ("http://straße。example", "http://xn--strae-oqa.example"),
        ("http://xn--bcher-kva.example", "http://xn--bcher-kva.example"),
        ("http://r3---sn.example", "http://r3---sn.example"),
        ("http://nas", "http://nas"),
        ("http://192.0.2.7:8224", "http://192.0.2.7:8224"),
        ("http://[::1]:8224", "http://[::1]:8224"),
        ("http://[fd00::5]", "http://[fd00::5]"),
        ("http://[FD00:0:0::0:5]:80", "http://[fd00::5]"),
        ("http://[::ffff:192.0.2.7]", "http://[::ffff:c000:207]"),
    ],
)
def test_an_origin_is_written_as_browsers_send_it(written: str, origin: str) -> None:
    assert web_origin(written) == origin
    assert web_origin(origin) == origin


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("http://my_server:8224", "`_`"),
        ("http://-book.example.org", "letters, digits and hyphens"),
        ("http://book-.example.org", "letters, digits and hyphens"),
        ("http://book..example.org", "letters, digits and hyphens"),
        (f"http://{'a' * 64}.example.org", "63"),
        (f"http://{'a.' * 130}org", "253"),
        ("http://a b.example.org", "letters, digits and hyphens"),
        ("http://b%C3%BCcher.example", "letters, digits and hyphens"),
        ("http://bü_cher.example", "`_`"),
        ("http://☕.example", "xn--"),
        ("http://127.1", "four numbers"),
        ("http://2130706433", "four numbers"),
        ("http://192.0.2.256", "four numbers"),
        ("http://0x7f.0x1", "four numbers"),
        ("http://[fe80::1%25eth0]", "zone"),
        ("http://[fe80::1%eth0]", "zone"),
        ("http://[v1.x]", "IPv6"),
        ("http://fd00::5", ""),
        ("http://@book.example.org", "without"),
        ("http://book.example.org:0", "port"),
    ],
)
def test_a_host_that_no_browser_can_name_is_refused(written: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"^must ") as fault:
        web_origin(written)
    assert words in str(fault.value)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
@example("℀")
@example("a．b")
def test_a_name_is_refused_or_can_stand_in_a_host_header(written: str) -> None:
    name = ""
    with suppress(ValueError):
        name = canonical(written)
    assert name.isascii()
    assert name == name.lower()
    assert name == "" or canonical(name) == name


def test_further_names_are_read_like_the_first() -> None:
    written = " Book.Internal:8080, bücher.example., ::1,[fd00:0::5]:80, .Example.org "
    assert host_names(written) == ("book.internal", "xn--bcher-kva.example", "[::1]", "[fd00::5]", ".example.org")
    with pytest.raises(ValueError, match="`_`"):
        host_names("book.internal, my_server")


TRUSTED = ("book.example.org", "[::1]", "127.0.0.1", ".internal")


@pytest.mark.parametrize(
    "header",
    [
        *("book.example.org", "BOOK.example.org", "book.example.org.", "book.example.org:8000", "Book.Example.Org.:80"),
        *("[::1]", "[::1]:8000", "[0:0:0:0:0:0:0:1]:8000", "127.0.0.1:8000", "a.internal", "A.b.internal.:80"),
    ],
)
def test_every_spelling_of_a_name_of_ours_is_ours(header: str) -> None:
    assert is_among(TRUSTED, header)


@pytest.mark.parametrize(
    "header",
    [
        *("", ":80", "example.org", "evil-book.example.org", "book.example.org.evil.example", "book.example.org:80:80"),
        *("[::2]", "::1", "[::1", "[::1]x", "127.0.0.2", "127.1", "xinternal", "internal", "a_b.internal", "book"),
        *("book.example.org@evil.example", "book.example.org..", "bo ok.example.org", "book.example.org:x"),
    ],
)
def test_anything_else_is_not(header: str) -> None:
    assert not is_among(TRUSTED, header)
