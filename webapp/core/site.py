"""Where this instance is reached, what links, UIDs and Message-IDs begin or end with, and as whom it writes."""

from webapp.core.config import Settings
from webapp.core.host_names import host_of


class Site:
    """The configured public URL; never what a request claims."""

    def __init__(self) -> None:
        self._origin = ""
        self.sender_name, self.sender_email = "", ""

    def init_app(self, settings: Settings) -> None:
        self._origin = settings.public_url
        self.sender_name, self.sender_email = settings.mail.sender.name, settings.mail.sender.address

    def url(self, path: str = "") -> str:
        """`path` begins with a slash."""
        return f"{self._origin}{path}"

    @property
    def domain(self) -> str:
        """What stands behind the @ of UIDs and Message-IDs."""
        return host_of(self._origin) or "localhost"
