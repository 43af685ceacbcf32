"""Checks that need a library."""

import re
import unicodedata
from functools import cache

from email_validator import EmailNotValidError, validate_email
from publicsuffixlist import PublicSuffixList

from webapp.core.extensions import local_mail_domains
from webapp.core.host_names import canonical
from webapp.core.mailbox import Mailbox
from webapp.domain.text import AROUND, TextFault, line

LONGEST_EMAIL = 254
ANY_DOMAIN = "example.org"
# Soft hyphens, direction marks and controls, and zero-width characters: they get in by copying from a page or document
# and belong to no address. Joiners make a different domain, so they are removed only at the ends.
_UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_JOINERS = "\u200c\u200d"
# Words with a dot between, as in a host name; `Ph.D.` and `J.R.R.` have labels of one letter at the end.
_NAMES = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*\.[^\W\d_]{2,}")
_URL = re.compile(r"://|(?<![\w.-])www\.|\w\.[^\W\d_]{2,}/\S", re.IGNORECASE)


def title(value: str, longest: int, *, required: bool = True) -> str:
    """A name, title or subject: as `line`, without a web address, which mail programs would make a link. So nobody can
    have this instance send a link of theirs to others. Raises TextFault."""
    text = line(value, longest, required=required)
    if _has_web_address(text):
        raise TextFault("web_address", "Must not contain a web address. If it is none, put a space after the dot.")
    return text


def _has_web_address(text: str) -> bool:
    """As a reader sees it: full-width letters count as ordinary ones, and characters that nobody sees do not count."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf").replace("。", ".")
    if "." not in seen and ":" not in seen:
        return False
    names = (match[0].lower() for match in _NAMES.finditer(seen))
    return bool(_URL.search(seen)) or any(_is_domain(name) for name in names)


def _is_domain(name: str) -> bool:
    """Not `M.Sc`: domains of one letter are so rare that such words are degrees and initials."""
    domain = _domains().privatesuffix(name) or ""
    return domain.find(".") > 1


@cache
def _domains() -> PublicSuffixList:
    """Which endings of host names exist, as of the package's release. Loaded when first needed: it takes a megabyte."""
    return PublicSuffixList(accept_unknown=False, only_icann=True)


def email_address(value: str) -> str:
    """A well-formed address without invisible characters, its domain in lower case; nothing is looked up. Raises
    TextFault."""
    seen = line(_UNSEEN.sub("", value).strip(AROUND + _JOINERS), LONGEST_EMAIL)
    try:
        address: str = _local(seen) or validate_email(seen, strict=True, check_deliverability=False).normalized
    except EmailNotValidError as fault:
        raise _no_address() from fault
    if not Mailbox(address).is_well_formed:  # contains an encoded word: no mail is sent there
        raise _no_address()
    return address


def known_address(value: str) -> str:
    """An address to search for, normalised as when stored; text that is not an address matches nothing."""
    try:
        return email_address(value)
    except TextFault:
        return value.strip(AROUND)


def _local(address: str) -> str | None:
    """An address in a local domain that the operator allows (RFC 6762, RFC 8375)."""
    name, _, written = address.rpartition("@")
    try:
        domain = canonical(written)
    except ValueError:
        return None
    if domain not in local_mail_domains:
        return None
    validated = validate_email(
        f"{name}@{ANY_DOMAIN}", strict=True, check_deliverability=False
    )  # the library refuses such domains
    return f"{validated.local_part}@{domain}"


def _no_address() -> TextFault:
    return TextFault("email", "Must be an e-mail address such as name@example.org.")
