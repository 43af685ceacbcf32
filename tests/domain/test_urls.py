"""A mailto: URI leads only to its address (RFC 6068); bytes have one base64url spelling (RFC 4648)."""

from urllib.parse import quote, unquote, urlsplit

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import assume, given
from hypothesis import strategies as st

from webapp.domain.urls import base64url, from_base64url, mailto

ATEXT = "abcXYZ019!#$%&'*+-/=?^_`{|}~."


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """Whatever the forms accept."""
    local = draw(st.text(st.sampled_from(ATEXT + "äé李我عü"), min_size=1, max_size=30))
    domain = draw(st.sampled_from(["example.net", "bücher.example.org", "例子.example.com"]))
    try:
        return validate_email(f"{local}@{domain}", check_deliverability=False).normalized
    except EmailNotValidError:
        assume(False)
        raise


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("ada@example.net", "mailto:ada@example.net"),
        ("per%63ent@example.net", "mailto:per%2563ent@example.net"),
        ("what?cc=boss@example.net", "mailto:what%3Fcc=boss@example.net"),
        ("a&b#c@example.net", "mailto:a%26b%23c@example.net"),
        ("//ada@example.net", "mailto:%2F/ada@example.net"),  # what follows `//` would be a host
        ("josé@bücher.example", "mailto:jos%C3%A9@b%C3%BCcher.example"),
        ('"odd one"@example.net', "mailto:%22odd%20one%22@example.net"),
        # Programs that compare addresses as they stand would not know these again.
        ("o'neil+x/y=z_{|}~^`!$*-@example.net", "mailto:o'neil+x/y=z_{|}~^`!$*-@example.net"),
    ],
)
def test_as_little_as_needed_is_encoded(address: str, uri: str) -> None:
    assert mailto(address) == uri


@given(address=addresses())
def test_every_address_that_is_accepted_comes_back_and_brings_nothing_along(address: str) -> None:
    read = urlsplit(mailto(address))
    assert unquote(read.path) == address
    assert (read.scheme, read.query, read.fragment) == ("mailto", "", "")
    assert mailto(address).isascii()


@given(st.binary(max_size=40))
def test_bytes_are_read_as_they_were_written(raw: bytes) -> None:
    text = base64url(raw)
    assert quote(text, safe="") == text
    assert from_base64url(text) == raw


@pytest.mark.parametrize("text", ["YQ==", "YR", "YQ\n", " YQ", "Y", "+-", "/_", "\u00e9", "Y=Q"])
def test_another_spelling_is_refused(text: str) -> None:
    assert from_base64url("YQ") == b"a"
    assert from_base64url(text) is None
