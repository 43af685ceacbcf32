"""The catcher as `make run` starts it: sink, folder and page together."""

from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.mailcatcher.sink import MailSink
from webapp.embedded.mailcatcher.store import MailStore
from webapp.embedded.ports import LOOPBACK


@dataclass(frozen=True)
class MailCatcher:
    sink: MailSink
    store: MailStore

    @property
    def environment(self) -> dict[str, str]:
        """The settings under which the application sends its mail here."""
        return {"MAIL_SERVER": LOOPBACK, "MAIL_PORT": str(self.sink.port), "MAIL_SECURITY": "none"}

    def stop(self) -> None:
        self.sink.stop()


def start_mail_catcher(data_dir: Path, *, port: int = 0) -> MailCatcher:
    """Take mail on `port` (0: any free one) and keep it under `data_dir`/mail."""
    store = MailStore(data_dir / "mail")
    sink = MailSink(port=port, keep=lambda mail: store.add(mail.content), remember=False)
    return MailCatcher(sink.start(), store)
