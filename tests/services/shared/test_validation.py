"""Validation of e-mail addresses as people type and paste them."""

import smtplib
from email.utils import getaddresses

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from webapp.core.mailbox import Mailbox
from webapp.domain.text import TextFault
from webapp.services.shared.validation import email_address, known_address, title

UNSEEN = ["\u00ad", "\u061c", "\u200b", "\u200e", "\u200f", "\u202a", "\u202c", "\u2060", "\u2066", "\u2069", "\ufeff"]
PARTS = ["a", "b", "@", ".", "example.org", '"', "\\", " ", ",", "<", ">", "(", ")", ":", ";", "[", "]", "=", "?", "=?",
         "?=", "\r\n", "\t", "\0", "ü", "\u202e", "\u00a0", "\u200d", "\ud800", "'", "%40", "+"]  # fmt: skip


@pytest.mark.parametrize(
    "address", ["ada@example.org", "o'brien+tag@example.org", "jürgen@exämple.org", "a/b=c?d&e@example.org"]
)
def test_an_address_stays_as_it_is(address: str) -> None:
    assert email_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "ada", "ada@", "a@b@example.org", "a b@example.org", "a,b@example.org", "<a@example.org>",
        "Ada <a@example.org>", "a@example.org\r\nBcc: b@example.org", "=?utf-8?q?x=40example.net?=@example.org",
        "=?utf-8?b?QA?=x@example.org", "a" * 65 + "@example.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(TextFault) as caught:
        email_address(address)
    assert caught.value.code in ("email", "control_character")


pieces = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map("".join)


@given(pieces | pieces.map('"{}"'.format), pieces | st.sampled_from(["example.org", "[127.0.0.1]", "exämple.org"]))
@settings(max_examples=examples(1000), deadline=None)
@example('"a b"', "example.org")
@example('"a@b,<c>"', "example.org")
def test_programs_agree_about_a_well_formed_address(local: str, domain: str) -> None:
    """What smtplib tells the server, and what a reader finds in a header."""
    address = f"{local}@{domain}"
    if Mailbox(address).is_well_formed:
        event("well formed")
        assert smtplib.quoteaddr(address) == f"<{address}>"
        assert getaddresses([f"Ada <{address}>"]) == [("Ada", address)]
        assert getaddresses([address]) == [("", address)]


@pytest.mark.parametrize("mark", UNSEEN)
@pytest.mark.parametrize("pattern", ["{}ada@example.org", "ada@example.org{}", "{0} ada{0}@{0}exam{0}ple.org {0}"])
def test_marks_that_nobody_sees_are_no_part_of_an_address(mark: str, pattern: str) -> None:
    assert email_address(pattern.format(mark)) == "ada@example.org"


@pytest.mark.parametrize("space", ["\u00a0", "\u2028", "\u3000", "\r\n", "\t", "\u200c", "\u200d"])
def test_what_was_pasted_around_an_address_is_left_out(space: str) -> None:
    assert email_address(f"{space}ada@example.org{space}") == "ada@example.org"


@pytest.mark.parametrize(
    "bad", ["ada\u00a0x@example.org", "ada\n@example.org", "ada\u200dx@example.org", "\u200f", "a@\u200b"]
)
def test_what_is_seen_or_breaks_a_line_is_not_left_out(bad: str) -> None:
    with pytest.raises(TextFault):
        email_address(bad)


def test_without_its_joiner_a_domain_would_be_another_one() -> None:
    with pytest.raises(TextFault):
        email_address("ali@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com")


@pytest.mark.parametrize(
    ("typed", "sought"),
    [("\u200eAda@EXAMPLE.org ", "Ada@example.org"), (" guest-1@erased.invalid", "guest-1@erased.invalid"), ("", "")],
)
def test_an_address_is_looked_for_as_it_is_kept(typed: str, sought: str) -> None:
    assert known_address(typed) == sought


WEB_ADDRESSES = """
    http://evil.example https://evil.example/x HTTPS://EVIL.EXAMPLE ftp://x www.example www.evil.com evil.example/path
    paypal-login.com Your.account.is.locked.paypal-login.com bit.ly/x PAYPAL.COM ada@paypal.com shop.co.uk пример.рф
    paypal-login．com paypal-login。com pay\u200bpal.com ｐaypal.com münchen.de (evil.com) evil.com. xn--mnchen-3ya.de
""".split()
NO_WEB_ADDRESSES = (
    "Dr.Who", "J.R.R. Tolkien", "Node.js intro", "Ph.D.", "Ada Lovelace, M.Sc.", "St. John", "Mr./Mrs. Smith",
    "1.5 hours", "v2.0/v2.1", "9.30 to 10.00", "and/or", "Wait...what?", "O'Brien-Smith", "Q&A: part 1", "a.b.c", "٣.٥",
    "Łódź e.V.", "😀.😀",
    "Meeting. Agenda follows", "Vue.js / React.js", "3:30", "C++ :: basics", "محمد",
)  # fmt: skip


@pytest.mark.parametrize("text", WEB_ADDRESSES)
def test_a_title_with_a_web_address_is_refused(text: str) -> None:
    for written in (text, f"Please see {text} at once"):
        with pytest.raises(TextFault) as fault:
            title(written, 200)
        assert fault.value.code == "web_address"


@pytest.mark.parametrize("text", NO_WEB_ADDRESSES)
def test_other_titles_are_taken_as_they_are(text: str) -> None:
    assert title(text, 200) == text
