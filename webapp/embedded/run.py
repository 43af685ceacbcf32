"""`make run`: starts the services that are not configured, then web and worker; watches all and stops them in order.

    python -m webapp.embedded.run [--end-with-parent]

Exit code 0 after Ctrl-C, SIGTERM or SIGHUP; 1 if something could not start or died. A second Ctrl-C kills.
"""

import http.client
import json
import os
import signal
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from webapp.core.config import (
    PROJECT_DIR,
    SERVICES_FILE,
    SettingsError,
    environment,
    forget_postgres_variables,
    variables,
)
from webapp.embedded import report, schema
from webapp.embedded.files import stored_secret, write_private
from webapp.embedded.locks import AlreadyHeldError, FileLock
from webapp.embedded.mailcatcher.catcher import MailCatcher, start_mail_catcher
from webapp.embedded.plan import Plan
from webapp.embedded.ports import free_port
from webapp.embedded.postgres import PostgresService, start_postgres
from webapp.embedded.processes import Child, StartError, end_with_parent, wait_until
from webapp.embedded.reload import Sources
from webapp.embedded.valkey import ValkeyService, start_valkey

READY_TIMEOUT = 60.0  # seconds
STOP_TIMEOUTS = {"web": 6.0, "worker": 3.0}  # seconds, in this order; less than 10 in total
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SAME_CTRL_C = 1.0  # seconds within which a second signal counts as the same request
DEMO_FILE = "demo-credentials.txt"
PROGRAMS: dict[str, list[str | Path]] = {"web": [PROJECT_DIR / "bin" / "web"], "worker": [sys.executable, "worker.py"]}


class StopRequestedError(BaseException):
    """Ctrl-C was pressed, or a signal to stop arrived."""


class Supervisor:
    """Starts everything once; `stop` stops what was started, in reverse order."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.environ = dict(plan.environ)
        self.children: list[Child] = []
        self._stack = ExitStack()
        self._sources = Sources(PROJECT_DIR) if plan.is_reloading else None

    def start(self) -> report.Started:
        self._lock()
        self.plan.require_free_port()
        catcher = self._start_services()
        self._prepare_database()
        self._offer_services()
        web = self._start("web")
        mail_url = self._show_mail(catcher) if catcher else ""
        wait_until(self._is_ready, web, timeout=READY_TIMEOUT)
        worker = self._start("worker")  # started early: the first page does not need it
        page = f"{self.plan.public_url}/{schema.first_slug(self.environ['DATABASE_URL'])}"
        return report.Started(self.plan, page, mail_url, self.plan.data_dir / DEMO_FILE, (web, worker))

    def watch(self) -> NoReturn:
        """Raises StartError when a child ends. With RELOAD, web and worker wait for the next change instead."""
        while True:
            if self._sources and (changed := self._sources.changed()):
                self._reload(self._sources, changed)
            for child in list(self.children):
                if not child.is_running:
                    self._give_up(child)
                child.shorten_log()
            time.sleep(0.2)

    def stop(self) -> None:
        """Web first, so that no new requests arrive; services last, so that work in progress can finish."""
        for name, timeout in STOP_TIMEOUTS.items():
            for child in self.children:
                if child.name == name:
                    child.stop(timeout)
        self._stack.close()

    def _give_up(self, child: Child) -> None:
        ending = f"{child.name} ended by itself, {child.ending} ({child.log}):\n{child.log_tail()}"
        if not self._sources or child.name not in PROGRAMS:
            raise StartError(ending)
        self.children.remove(child)
        report.reload(f"{ending}\nThe next change starts it again.")

    def _reload(self, sources: Sources, changed: list[Path]) -> None:
        if fault := sources.fault(changed):
            report.reload(f"{fault}. What runs is the version before.")
            return
        names = list(PROGRAMS) if any(path.suffix == ".py" for path in changed) else ["worker"]
        for child in [child for child in self.children if child.name in names]:
            child.stop(STOP_TIMEOUTS[child.name])
            self.children.remove(child)
        for name in names:
            self._start(name)
        report.restarted(changed, names)

    def kill(self) -> None:
        for child in self.children:
            child.kill()

    def _lock(self) -> None:
        data_dir = self.plan.data_dir
        try:
            lock = FileLock(data_dir / "run.lock")
        except AlreadyHeldError:
            with suppress(OSError, ValueError, KeyError):
                url = json.loads((data_dir / SERVICES_FILE).read_text())["PUBLIC_URL"]
                raise StartError(
                    f"Openslot already runs on {data_dir}, at {url}. Another one needs its own DATA."
                ) from None
            raise StartError(f"Openslot already runs on {data_dir}. Another one needs its own DATA.") from None
        self._stack.callback(lock.release)

    def _start_services(self) -> MailCatcher | None:
        data_dir, embedded = self.plan.data_dir, self.plan.embedded
        if "DATABASE_URL" in embedded:
            postgres = start_postgres(data_dir)
            self._own(postgres)
            self.environ |= {"DATABASE_URL": postgres.url, "DATABASE_OWNER_URL": postgres.owner_url}
        if "REDIS_URL" in embedded:
            valkey = start_valkey(data_dir)
            self._own(valkey)
            self.environ["REDIS_URL"] = valkey.url
        if "MAIL_SERVER" not in embedded:
            return None
        catcher = start_mail_catcher(data_dir)
        self._stack.callback(catcher.stop)
        self.environ |= catcher.environment
        return catcher

    def _prepare_database(self) -> None:
        """Create or upgrade the tables; on the first start add demo data and store its credentials beside the data.

        After an interruption in between, the next start finds the empty file and prints the same credentials.
        """
        demo_file = self.plan.data_dir / DEMO_FILE
        if "DATABASE_URL" in self.plan.embedded or schema.is_empty(self.environ):
            demo_file.touch(mode=0o600)
        schema.upgrade(self.environ)
        if demo_file.exists() and not demo_file.stat().st_size:
            printed = schema.flask(self.environ, "demo")
            write_private(demo_file, printed)
            print(f"\n{printed.strip()}")

    def _offer_services(self) -> None:
        """Write the file in which commands in another terminal find the services of this run (webapp.core.config)."""
        path = self.plan.data_dir / SERVICES_FILE
        self._stack.callback(path.unlink, missing_ok=True)
        write_private(path, json.dumps({each: self.environ[each] for each in variables() if each in self.environ}))

    def _start(self, name: str) -> Child:
        log = self.plan.data_dir / "log" / f"{name}.log"
        child = Child(name, PROGRAMS[name], log=log, cwd=PROJECT_DIR, env=self.environ | {"PYTHON": sys.executable})
        self.children.append(child)
        return child

    def _own(self, service: PostgresService | ValkeyService) -> None:
        self.children.append(service.child)
        self._stack.callback(service.stop)

    def _show_mail(self, catcher: MailCatcher) -> str:
        from webapp.embedded.mailcatcher.page import PageServer  # importing Flask delays the web server

        key = stored_secret(self.plan.data_dir / "mail_key")
        page = PageServer(catcher.store, free_port(self.plan.port + 1), key)
        self._stack.callback(page.stop)
        return page.url

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection(self.plan.web.reached_at, self.plan.port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": urlsplit(self.plan.public_url).netloc})
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def main() -> int:
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    if "--end-with-parent" in sys.argv:
        end_with_parent()
    forget_postgres_variables()
    try:
        supervisor = Supervisor(Plan.from_environment(environment()))
    except (SettingsError, StartError) as error:
        return report.failure(error)
    _stop_on_signals()
    try:
        return _run(supervisor)
    finally:
        supervisor.kill()


def _run(supervisor: Supervisor) -> int:
    try:
        started = supervisor.start()
        report.show(started)
        supervisor.watch()
    except StopRequestedError:
        print("\nStopping ...")
        return 0
    except StartError as error:
        return report.failure(error)
    finally:
        _ignore_signals_but_a_second_ctrl_c(supervisor)
        supervisor.stop()


def _stop_on_signals() -> None:
    def stop(*_: object) -> NoReturn:
        for each in STOP_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise StopRequestedError

    for each in STOP_SIGNALS:
        signal.signal(each, stop)


def _ignore_signals_but_a_second_ctrl_c(supervisor: Supervisor) -> None:
    """While stopping. One request may arrive as two signals: `make` forwards SIGTERM in addition to the original."""
    began_at = time.monotonic()

    def kill(*_: object) -> None:
        if time.monotonic() - began_at > SAME_CTRL_C:
            supervisor.kill()
            os._exit(1)

    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    signal.signal(signal.SIGINT, kill)


if __name__ == "__main__":
    sys.exit(main())
