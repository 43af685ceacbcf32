"""The mail catcher as `make run` starts it: sink, folder and page."""

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
        """The settings with which the application sends its mail to this catcher."""
        return {"MAIL_SERVER": LOOPBACK, "MAIL_PORT": str(self.sink.port), "MAIL_SECURITY": "none"}

    def stop(self) -> None:
        self.sink.stop()


def start_mail_catcher(data_dir: Path, *, port: int = 0) -> MailCatcher:
    """Accept mail on `port` (0: any free port) and store it under `data_dir`/mail."""
    store = MailStore(data_dir / "mail")
    sink = MailSink(port=port, keep=lambda mail: store.add(mail.content), remember=False)
    return MailCatcher(sink.start(), store)
