"""What a mail server says about a recipient, without the recipient."""

import pytest

from webapp.effects.mail.redaction import LONGEST, redacted


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 5.1.1 <Zeb.Moor@example.net>: unknown", "550 5.1.1 <(address)>: unknown"),
        ("550 5.1.1 <ZEB.MOOR@EXAMPLE.NET> unknown", "550 5.1.1 <(address)> unknown"),
        ("550 5.1.1 User doesn't exist: zeb.moor", "550 5.1.1 User doesn't exist: (address)"),
        ("550 <Zeb.Moor>, who is this?", "550 <(address)>, who is this?"),
        ("550 no mailbox for zeb.moor.", "550 no mailbox for (address)."),
        ("451 postmaster@example.org looks into it", "451 (address) looks into it"),
        ("550 try zeb.moor@example.com", "550 try (address)"),
        ("550 is zeb.moorhen meant, or zeb.moor.jr", "550 is zeb.moorhen meant, or zeb.moor.jr"),
        ("421 busy\r\n  come back", "421 busy come back"),
    ],
)
def test_no_address_and_no_part_of_one_stays(said: str, kept: str) -> None:
    assert redacted(said, "Zeb.Moor@example.net") == kept


def test_signs_of_an_address_are_no_pattern() -> None:
    assert redacted("550 a+b(c unknown", "a+b(c@example.net") == "550 (address) unknown"


def test_it_is_short_and_needs_no_recipient() -> None:
    assert redacted("no mail server: " + "x" * LONGEST) == "no mail server: " + "x" * (LONGEST - 16)
