"""How many mails an address gets that has never confirmed anything on this instance: anybody may have typed it.

At most 10 in an hour and 30 in a day. Of these, one in an hour and seven in a day are digests: each says how things
stand after mails that were held back. The others are ordinary mails.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAILS_PER_HOUR, MAILS_PER_DAY = 10, 30
DIGESTS_PER_HOUR, DIGESTS_PER_DAY = 1, 7
LONGEST_WAIT_HOURS = 6  # between two digests
DIGEST_DELAY = timedelta(minutes=1)  # what happens meanwhile is in the same digest


@dataclass(slots=True)
class MailCount:
    """Ordinary mails to one address in the last hour and in the last day."""

    in_hour: int = 0
    in_day: int = 0

    def admit(self) -> bool:
        """Count one more mail; False if it has to be held back."""
        if self.in_hour >= MAILS_PER_HOUR - DIGESTS_PER_HOUR or self.in_day >= MAILS_PER_DAY - DIGESTS_PER_DAY:
            return False
        self.in_hour, self.in_day = self.in_hour + 1, self.in_day + 1
        return True


def digest_due(earlier: Sequence[datetime], now: datetime) -> datetime:
    """When the next digest goes out. `earlier`: when the digests of the last day went out.

    The first is soon; each further one of a day waits an hour longer than the one before it, six at most. So a single
    change is told soon, and somebody who goes on all day cannot cause more than seven.
    """
    soon = now + DIGEST_DELAY
    return max(soon, max(earlier) + min(len(earlier), LONGEST_WAIT_HOURS) * HOUR) if earlier else soon
