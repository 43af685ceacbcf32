"""The plan of `make run`: which settings are given, and which come from services that it starts itself."""

import os
from dataclasses import dataclass
from pathlib import Path

from webapp.core.config import PROJECT_DIR, Settings
from webapp.core.config.tables import WebServerSettings
from webapp.core.host_names import host_of
from webapp.embedded.files import stored_secret
from webapp.embedded.ports import is_free, is_listened_to
from webapp.embedded.processes import StartError

DEFAULT_PORT = "8000"
# Placeholders, so that all configured settings can be checked before anything starts.
PENDING = {
    "DATABASE_URL": "postgresql://embedded/openslot",
    "REDIS_URL": "redis://embedded",
    "MAIL_SERVER": "embedded",
}


@dataclass(frozen=True)
class Plan:
    """`environ` is the environment of the application's processes, without the services that are not started yet."""

    environ: dict[str, str]
    data_dir: Path
    public_url: str
    web: WebServerSettings
    embedded: frozenset[str]  # the variables in PENDING that are not configured
    is_reloading: bool = False

    @classmethod
    def from_environment(cls, environ: dict[str, str]) -> "Plan":
        """Raises SettingsError or StartError if a setting is wrong or cannot be satisfied."""
        port = _port(environ.get("PORT") or DEFAULT_PORT)
        data_dir = _writable(PROJECT_DIR / Path(environ.get("DATA") or "var").expanduser())
        # The key is stored, so that sessions and links in mails survive a restart.
        defaults = {"PUBLIC_URL": f"http://localhost:{port}", "SECRET_KEY": stored_secret(data_dir / "secret_key")}
        given = {name: value for name, value in environ.items() if value}
        complete = defaults | given | {"PORT": str(port), "DATA": str(data_dir), "PYTHONUNBUFFERED": "1"}
        settings = Settings.load(PENDING | complete)
        embedded = frozenset(PENDING.keys() - given.keys())
        return cls(complete, data_dir, settings.public_url, settings.web, embedded, bool(settings.reload))

    @property
    def port(self) -> int:
        return self.web.port

    def require_free_port(self) -> None:
        """Checks ::1 too: browsers try it first for http://localhost, and would show whatever another program serves
        there."""
        taken = "" if is_free(self.port, self.web.host) else f"Port {self.port} is taken by another program"
        if not taken and host_of(self.public_url) == "localhost" and is_listened_to(self.port, "::1"):
            taken = f"Port {self.port} of localhost is taken by another program, at [::1]"
        if taken:
            raise StartError(f"{taken}. Try: make run PORT={self.port + 10}")


def _port(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise StartError(f"PORT must be a number from 1 to 65535, not {value!r}. Example: make run PORT=8000")
    if int(value) < 1024 and os.geteuid() != 0:
        raise StartError(f"PORT {value} is for root only. Example: make run PORT=8000")
    return int(value)


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartError(
            f"DATA={folder} cannot be written: {error.strerror}. Example: make run DATA=/tmp/openslot"
        ) from None
    return folder
