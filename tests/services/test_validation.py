"""Addresses as guests and hosts type them."""

import smtplib
from email.utils import getaddresses

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from webapp.domain.text import TextFault
from webapp.mailbox import Mailbox
from webapp.services.validation import email_address

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
        "=?utf-8?b?QA?=x@example.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(TextFault) as caught:
        email_address(address)
    assert caught.value.code in ("email", "control_character")


pieces = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map("".join)


@given(pieces | pieces.map('"{}"'.format), pieces | st.sampled_from(["example.org", "[127.0.0.1]", "exämple.org"]))
@settings(max_examples=1000, deadline=None)
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
