"""Replies of mail servers: which are final, and their text without the recipient."""

import pytest

from webapp.effects.mail.replies import LONGEST, is_final, redacted


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


@pytest.mark.parametrize(
    ("answer", "final"),
    [
        ("550 5.1.1 No such user", True),
        ("550 5.1.2 No such domain", True),
        ("556 5.1.10 Recipient address has null MX", True),
        ("550 5.1.8 Sender address rejected: domain not found", False),
        ("550 5.2.1 Mailbox disabled", True),
        ("552 5.2.2 Mailbox full", False),
        ("554 5.3.0 Try later", False),
        ("552 5.3.4 Message too big for system", False),
        ("521 5.3.2 System not accepting network messages", False),
        ("550 5.4.1 Recipient address rejected: Access denied", False),
        ("503 5.5.1 Bad sequence of commands", False),
        ("550 5.6.7 Non-ASCII addresses not permitted", True),
        ("554 5.7.1 Relay access denied", False),
        ("550 5.7.26 Unauthenticated mail is not accepted", False),
        ("550 5.0.0 No", True),
        ("550 No such user here", True),
        ("553 sorry, no mailbox here by that name", True),
        ("554 Transaction failed", True),
        ("552 Storage exceeded", False),
        ("500 Error: (OSError) [Errno 28] No space left on device", False),
        ("530 Authentication required", False),
        ("535 Authentication credentials invalid", False),
        ("550 5.10.1.1 is no status code", True),
        ("450 4.1.1 Greylisted", False),
    ],
)
def test_which_answer_is_the_end_of_a_mail(answer: str, final: bool) -> None:
    code, _, words = answer.partition(" ")
    assert is_final(int(code), words) is final
