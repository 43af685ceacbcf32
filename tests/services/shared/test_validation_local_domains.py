"""Which e-mail addresses are accepted: those on the internet, and those in domains that the operator lists."""

import pytest

from webapp.core.extensions import local_mail_domains
from webapp.domain.text import TextFault
from webapp.services.shared.validation import email_address

LOCAL = ("local", "home.arpa", "xn--bcher-kva.test")


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_mail_domains, "allowed", LOCAL)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("ana@nas.local", "ana@nas.local"),
        (" Ana@NAS.Local", "Ana@nas.local"),
        ("ana@home.arpa", "ana@home.arpa"),
        ("ana.b+c@box.home.arpa", "ana.b+c@box.home.arpa"),
        ("ana@bücher.test", "ana@xn--bcher-kva.test"),
        ("ana@example.org", "ana@example.org"),
    ],
)
def test_addresses_of_allowed_domains_are_taken(allowed: None, written: str, kept: str) -> None:
    assert email_address(written.strip()) == kept


@pytest.mark.parametrize(
    "written",
    [
        *("ana@local", "ana@nas.test", "ana@in-addr.arpa", "ana@arpa", "ana@xlocal", "ana@nas.localhost", "nas.local"),
        *(
            "@nas.local",
            "a@b@nas.local",
            "ana@na s.local",
            "ana@-.local",
            "ana@.local",
            "ana@nas..local",
            "a na@nas.local",
        ),
        "ana@[192.0.2.7]",
    ],
)
def test_others_and_malformed_ones_are_not(allowed: None, written: str) -> None:
    with pytest.raises(TextFault):
        email_address(written)


@pytest.mark.parametrize("written", ["ana@nas.local", "ana@home.arpa"])
def test_without_the_setting_none_is(written: str) -> None:
    with pytest.raises(TextFault):
        email_address(written)
