"""Which domains beyond those of the internet people may have their mail in."""

from webapp.core.config import Settings


class LocalMailDomains:
    """The operator's LOCAL_MAIL_DOMAINS, each with everything below it."""

    def __init__(self) -> None:
        self.allowed: tuple[str, ...] = ()

    def init_app(self, settings: Settings) -> None:
        self.allowed = settings.local_mail_domains

    def __contains__(self, domain: str) -> bool:
        """One with a dot, as mail servers and browsers want it."""
        return "." in domain and any(domain == one or domain.endswith(f".{one}") for one in self.allowed)
