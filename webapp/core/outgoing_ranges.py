"""Which addresses beyond the public ones outgoing requests may go to."""

from webapp.core.config import Settings
from webapp.domain.outgoing import Network


class OutgoingRanges:
    """The operator's OUTGOING_ALLOWED_RANGES."""

    def __init__(self) -> None:
        self.allowed: tuple[Network, ...] = ()

    def init_app(self, settings: Settings) -> None:
        self.allowed = settings.outgoing_allowed_ranges
