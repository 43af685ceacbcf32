"""How many mails an address gets that has never confirmed anything."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.mail_limits import (
    DAY,
    DIGESTS_PER_DAY,
    DIGESTS_PER_HOUR,
    HOUR,
    MAILS_PER_DAY,
    MAILS_PER_HOUR,
    MailCount,
    digest_due,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "admitted"),
    [(MailCount(), 9), (MailCount(8, 8), 1), (MailCount(9, 9), 0), (MailCount(0, 20), 3), (MailCount(0, 23), 0)],
)
def test_mails_are_admitted_until_the_hour_or_the_day_is_full(count: MailCount, admitted: int) -> None:
    assert [count.admit() for _ in range(MAILS_PER_HOUR)].count(True) == admitted


def test_the_first_digest_is_soon_and_the_next_ones_wait_longer() -> None:
    sent: list[datetime] = []
    for _ in range(4):
        sent.append(digest_due(sent, max([NOW, *sent])))
    assert [round((moment - sent[0]) / HOUR) for moment in sent] == [0, 1, 3, 6]


@given(st.lists(st.integers(0, 600), min_size=1, max_size=200))
def test_no_hour_and_no_day_has_more_digests_than_allowed(pauses: list[int]) -> None:
    """Whatever happens, at whatever pace (minutes between two things that happen)."""
    sent: list[datetime] = []
    moment = NOW
    for pause in pauses:
        moment += timedelta(minutes=pause)
        if not sent or sent[-1] <= moment:
            sent.append(digest_due([each for each in sent if each > moment - DAY], moment))
    for span, most in ((HOUR, DIGESTS_PER_HOUR), (DAY, DIGESTS_PER_DAY)):
        assert max(sum(end - span < each <= end for each in sent) for end in sent) <= most


def test_mails_and_digests_together_keep_to_the_limits() -> None:
    minute, mails, digests = timedelta(minutes=1), [], []
    for step in range(3 * 24 * 60):
        now = NOW + step * minute
        count = MailCount(
            sum(each > now - HOUR for each in mails),
            sum(each > now - DAY for each in mails),
        )
        if count.admit():
            mails.append(now)
        elif not digests or digests[-1] <= now:
            digests.append(digest_due([each for each in digests if each > now - DAY], now))
    everything = sorted(mails + digests)
    assert max(sum(end - HOUR < each <= end for each in everything) for end in everything) == MAILS_PER_HOUR
    assert max(sum(end - DAY < each <= end for each in everything) for end in everything) <= MAILS_PER_DAY
