"""Header fields: a parser that follows the RFCs reads exactly the text that was written.

Standard library only, to run under every version of Python, since `email` differs between them.
"""

import re
from email import message_from_bytes
from email.header import decode_header
from email.policy import default as modern

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.effects.mail.header_reading import fields, mailboxes, words
from webapp.core.mailbox import Mailbox
from webapp.domain.text import flattened
from webapp.effects.mail.headers import MalformedAddressError, mailbox_field, text_field

PIECES = [
    "=?", "?=", "=?utf-8?q?a=0D=0ABcc=3A_x?=", "=?utf-8?b?DQo=?=", "=?rot13?q?nqn?=", "=?unicode_escape?q?=5Cud800?=",
    '"', "\\", '\\"', "<a@example.org>", ",", ";", ":", "(", ")", "@", ".", "'", "  ", " ", "\u00a0", "\u3000",
    "\u202f", "\r\n", "\n", "\0", "\u202e", "\u2028", "\ud800", "e\u0301", "\u0301",
    "\U0001f469\U0001f3fd\u200d\U0001f4bb",
    "Licensed Psychotherapist (LPC, NCC)", "Søren Østergård", "李小龍", "x" * 70, "x" * 80, "ü" * 40,
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=12).map("".join)
many = settings(max_examples=1000, deadline=None)
LOCAL_PARTS = [
    "ada", "ada.lovelace+tag", "o'brien", '"ada lovelace"', '"a@b"', '"a,<b>"', r'"a\"b"', "jürgen", "用户", "x" * 64
]  # fmt: skip


def read(field: str) -> tuple[str, str]:
    """Name and value of one field, which ends with its line and has no other behind it."""
    assert field.endswith("\r\n")
    (only,) = fields(f"{field}\r\n".encode())
    for line in field.removesuffix("\r\n").split("\r\n"):
        assert not re.search(r"[\x00-\x1f\x7f]", line)
        assert line.strip()
    return only


def modern_read(field: str) -> str:
    message = message_from_bytes(f"{field}\r\n".encode(), policy=modern)
    assert len(message.keys()) == 1
    return str(message["Subject"])


@many
@given(texts)
@example("")
@example(" ")
@example("a" * 1000)
@example("\u0301" * 100)
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    field = text_field("Subject", text)
    name, value = read(field)
    assert (name, words(value)) == ("Subject", flattened(text))
    assert modern_read(field) == flattened(text)
    assert text_field("Subject", words(value)) == field
    assert max(map(len, field.split("\r\n"))) <= 76


@many
@given(texts, st.sampled_from(LOCAL_PARTS), st.sampled_from(["To", "Reply-To", "From"]))
@example("Anna Katharina Hohenstein-Waldburg, Licensed Psychotherapist (LPC, NCC), Denver", "ada", "Reply-To")
def test_a_mailbox_is_one_whatever_it_is_called(called: str, local: str, field_name: str) -> None:
    address = f"{local}@example.org"
    field = mailbox_field(field_name, Mailbox(address, called))
    name, value = read(field)
    assert name == field_name
    assert mailboxes(value) == [(flattened(called), address)]
    longest = max(len(line) for line in field.split("\r\n") if address not in line)
    assert longest <= 76


@many
@given(texts)
def test_the_librarys_own_reader_agrees_but_for_blanks(called: str) -> None:
    """Some versions of it keep a blank between encoded words of a name, and all make one of several."""
    field = mailbox_field("Reply-To", Mailbox("ada@example.org", called))
    (only,) = message_from_bytes(f"{field}\r\n".encode(), policy=modern)["Reply-To"].addresses
    assert only.addr_spec == "ada@example.org"
    assert "".join(only.display_name.split()) == "".join(flattened(called).split())


@many
@given(texts)
def test_each_encoded_word_is_short_and_can_be_read_alone(text: str) -> None:
    field = text_field("Subject", text) + mailbox_field("Reply-To", Mailbox("ada@example.org", text))
    for word in re.findall(r"=\?[^ ]*\?=", field):
        assert len(word) <= 75
        ((content, charset),) = decode_header(word)
        assert charset == "utf-8"
        assert content.decode("utf-8")


@pytest.mark.parametrize(
    "plain",
    ["Confirmed: 30 minutes with Ada Host, Mon, May 3, 10:00", "a = b? c", "100 % & more <b>", "word " * 40 + "end"],
)
def test_plain_words_stay_plain(plain: str) -> None:
    assert read(text_field("Subject", plain)) == ("Subject", plain)


@pytest.mark.parametrize(
    ("called", "written"),
    [
        ("", "ada@example.org"),
        ("Ada Lovelace", "Ada Lovelace <ada@example.org>"),
        ("A. Lovelace", '"A. Lovelace" <ada@example.org>'),
        ('Ada "the first" \\', '"Ada \\"the first\\" \\\\" <ada@example.org>'),
        ("=?utf-8?q?a?=", "=?utf-8?b?PT91dGYtOD9xP2E/PQ==?= <ada@example.org>"),
        ("Søren", "=?utf-8?b?U8O4cmVu?= <ada@example.org>"),
    ],
)
def test_a_name_is_written_as_plainly_as_can_be(called: str, written: str) -> None:
    assert mailbox_field("To", Mailbox("ada@example.org", called)) == f"To: {written}\r\n"


def test_a_letter_and_its_accents_stay_together() -> None:
    marked = "q\u0323\u0302\u0301"
    value = read(text_field("Subject", marked * 30))[1]
    assert all(content.decode().startswith("q") for word in value.split() for content, _ in decode_header(word))


@pytest.mark.parametrize(
    "address",
    [
        "", "ada", "@", "ada@", "@example.org", "a@b@c", "a b@example.org", "a@example.org, b@example.org",
        "a@example.org,b@example.org", "<a@example.org>", "a@example.org>", "a@exa mple.org", "a(b)@example.org",
        "a..b@example.org", ".a@example.org", "a@example..org", "a\r\nBcc: x@example.org", '"a\r\n"@example.org',
        "a\0@example.org", "a\u202e@example.org", "a\u00a0b@example.org", "a\ud800@example.org", "a@[::1", 'a"b@x.org',
        "=?utf-8?q?x=40example.net?=@example.org", '"=?utf-8?q?x?="@example.org', "x" * 400 + "@example.org",
    ],
)  # fmt: skip
def test_an_address_that_is_not_one_is_written_nowhere(address: str) -> None:
    with pytest.raises(MalformedAddressError):
        mailbox_field("To", Mailbox(address, "Ada"))
