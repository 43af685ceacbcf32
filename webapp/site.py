"""Where this instance is reached: what absolute links, UIDs and Message-IDs begin or end with."""

from urllib.parse import urlsplit

from webapp.config import Settings


class Site:
    """The configured public URL; never what a request claims."""

    def __init__(self) -> None:
        self._origin = ""

    def init_app(self, settings: Settings) -> None:
        self._origin = settings.public_url

    def url(self, path: str = "") -> str:
        """`path` begins with a slash."""
        return f"{self._origin}{path}"

    @property
    def domain(self) -> str:
        """What stands behind the @ of UIDs and Message-IDs."""
        return urlsplit(self._origin).hostname or "localhost"
