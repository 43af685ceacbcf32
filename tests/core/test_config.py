"""Settings: all faults are reported at once, in helpful words."""

import json
import re
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from webapp.core.config import PROJECT_DIR, Settings, SettingsError, environment, variables
from webapp.core.mailbox import Mailbox

SECRET = "kZ7-0f3b9c1d5e7a2c4b6d8e0f1a3b5c7d9e"
COMPLETE = {
    "PUBLIC_URL": "https://book.example.org/",
    "SECRET_KEY": SECRET,
    "DATABASE_URL": "postgres://openslot:p%40ss@db/openslot?sslmode=require",
    "REDIS_URL": "redis://queue:6379/0",
    "MAIL_SERVER": "smtp.example.org",
    "DATA": "/nonexistent",
}


def faults(**changes: str) -> list[str]:
    with pytest.raises(SettingsError) as error:
        Settings.load(COMPLETE | changes)
    assert str(error.value).splitlines()[1:] == [f"  {fault}" for fault in error.value.faults]
    return error.value.faults


def test_five_variables_are_enough() -> None:
    settings = Settings.load(COMPLETE)
    assert settings.public_url == "https://book.example.org"
    assert settings.is_secure
    assert settings.trusted_hosts == ("book.example.org",)
    assert settings.database_url == "postgresql://openslot:p%40ss@db/openslot?sslmode=require"
    assert settings.database_owner_url == settings.database_url
    assert (settings.mail.port, settings.mail.security) == (587, "starttls")
    assert settings.mail.sender == Mailbox("no-reply@book.example.org", "Openslot")
    assert (settings.environment, settings.registration, settings.rate_limits) == ("production", "open", True)


def test_all_faults_at_once_each_with_its_variable_and_an_example() -> None:
    with pytest.raises(SettingsError) as error:
        Settings.load(
            {
                "DATA": "/nonexistent",
                "PUBLIC_URL": "book.example.org",
                "SECRET_KEY": "short",
                "DATABASE_URL": "mysql://x/y",
                "MAIL_PORT": "smtp",
                "MAIL_USERNAME": "openslot",
                "TRUSTED_PROXIES": "-1",
                "RATE_LIMITS": "maybe",
                "FLASK_DEBUG": "1",
            }
        )
    named = [fault.split()[0] for fault in error.value.faults]
    services = ["DATABASE_URL", "REDIS_URL", "MAIL_SERVER", "MAIL_PORT", "MAIL_USERNAME"]
    assert sorted(named) == sorted(
        [*services, "PUBLIC_URL", "SECRET_KEY", "TRUSTED_PROXIES", "RATE_LIMITS", "FLASK_DEBUG"]
    )
    assert all("xample" in fault or "openssl" in fault for fault in error.value.faults)
    assert "10 settings are wrong" in str(error.value)


def test_a_missing_service_says_both_ways_out() -> None:
    assert "set it, or start `make run`" in faults(DATABASE_URL="")[0]


@pytest.mark.parametrize("secret", ["short", "x" * 31, "change-me-" + "x" * 40, "secret" * 10])
def test_production_refuses_weak_secrets(secret: str) -> None:
    assert faults(SECRET_KEY=secret)[0].startswith("SECRET_KEY must be 32 random characters")
    assert Settings.load(COMPLETE | {"SECRET_KEY": secret, "ENVIRONMENT": "development"}).secret_key == secret


@pytest.mark.parametrize("debug", ["1", "true", "yes"])
def test_production_refuses_debugging(debug: str) -> None:
    assert faults(FLASK_DEBUG=debug)[0].startswith("FLASK_DEBUG must be off")
    assert Settings.load(COMPLETE | {"FLASK_DEBUG": "0"})


@pytest.mark.parametrize(
    "url",
    [
        "ftp://book.example.org",
        "https://",
        "https://book.example.org/booking",
        "https://me@book.example.org",
        "https://book.example.org:port",
        "https://[::1",
        "javascript:alert(1)",
    ],
)
def test_public_url_is_an_origin(url: str) -> None:
    assert faults(PUBLIC_URL=url)[0].startswith("PUBLIC_URL must be")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql://u:p%40w@one:5432,two:5433/db?target_session_attrs=read-write", ("one,two", "5432,5433")),
        ("postgresql+psycopg://u@one,two/db", ("one,two", ",")),
        ("postgres://u@[2001:db8::1]:5433,[2001:db8::2]/db", ("2001:db8::1,2001:db8::2", "5433,")),
        ("postgresql://u@/db?host=/run/one,/run/two", ("/run/one,/run/two", None)),
        ("postgresql://u@%2Frun%2Fone:5433/db", ("/run/one", "5433")),
    ],
)
def test_a_database_may_have_several_hosts(url: str, found: tuple[str, str | None]) -> None:
    named = conninfo_to_dict(Settings.load(COMPLETE | {"DATABASE_URL": url}).database_url)
    assert (named["host"], named.get("port")) == found
    assert (named["user"], named["dbname"]) == ("u", "db")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u@h/db",
        "postgresql://u@h",
        "postgresql://u@h:port/db",
        "postgresql://u@h:5432,i:70000/db",
        "postgresql://[::1/db",
        "postgresql://u@h/db?sslmod=require",
        "postgresql://u@/db?host=one:5432&host=two:5432",
        "postgresql://u@h/db\n",
    ],
)
def test_a_database_that_cannot_be_meant_is_refused_without_its_password(url: str) -> None:
    (fault,) = faults(DATABASE_URL=url.replace("u@", "u:hunter2@"))
    assert fault.startswith("DATABASE_URL must ")
    assert "hunter2" not in fault


@pytest.mark.parametrize(
    "url", ["redis://queue:6379/none", "redis://queue:6379/0?socket_timeout=x", "redis://queue/0?max_connections=many"]
)
def test_a_queue_server_that_cannot_be_meant_is_refused(url: str) -> None:
    assert faults(REDIS_URL=url)[0].startswith("REDIS_URL must ")


def test_a_queue_server_may_have_options() -> None:
    for url in ("redis://queue", "rediss://:secret@queue:6380/2?socket_timeout=5", "unix:///run/valkey.sock?db=1"):
        assert Settings.load(COMPLETE | {"REDIS_URL": url}).redis_url == url


def test_on_a_server_the_file_of_compose_is_no_source_of_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The package that reads it is not among those of a server."""
    (tmp_path / ".env").write_text("PUBLIC_URL=http://elsewhere.example\n")
    monkeypatch.setattr("webapp.core.config.PROJECT_DIR", tmp_path)
    monkeypatch.setitem(sys.modules, "dotenv", None)
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    assert "PUBLIC_URL" not in environment()


@pytest.mark.parametrize(
    "sender",
    [
        "nobody", "@", "a@b.org\r\nBcc: c@d.org", "a@b.org, c@d.org", "a@b.org,c@d.org", "a@b.org c@d.org",
        "Team a@b.org", "a@b.org (Team)", "<a@b.org> Team", "Team <a@b.org> <c@d.org>", "Team <a@b.org", "Team <>",
        "Team <a b@c.org>", "<Team <a@b.org>", "Team: a@b.org;", "=?utf-8?q?c=40d=2Eorg?=@b.org",
        'Team "A" B <a@b.org>',
    ],
)  # fmt: skip
def test_the_sender_is_one_address(sender: str) -> None:
    (fault,) = faults(MAIL_SENDER=sender)
    assert fault.startswith("MAIL_SENDER must be one ")


@pytest.mark.parametrize(
    ("sender", "address", "name"),
    [
        ("a@example.org", "a@example.org", ""),
        ("<a@example.org>", "a@example.org", ""),
        ("Openslot <a@example.org>", "a@example.org", "Openslot"),
        ("Team @ Work <a@example.org>", "a@example.org", "Team @ Work"),
        ("Smith, Jones & Co. (Denver) <a@example.org>", "a@example.org", "Smith, Jones & Co. (Denver)"),
        (r'"Ada \"the first\", <b@example.org>" <a@example.org>', "a@example.org", 'Ada "the first", <b@example.org>'),
        ("Søren <jürgen@exämple.org>", "jürgen@xn--exmple-cua.org", "Søren"),
        ("no-reply@localhost", "no-reply@localhost", ""),
    ],
)
def test_the_sender_is_what_a_reader_of_the_setting_sees(sender: str, address: str, name: str) -> None:
    assert Settings.load(COMPLETE | {"MAIL_SENDER": sender}).mail.sender == Mailbox(address, name)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://book.example.org", "no-reply@book.example.org"),
        ("http://127.0.0.1:8000", "no-reply@localhost"),
        ("http://[::1]:8000", "no-reply@localhost"),
    ],
)
def test_without_a_sender_it_is_the_host_of_the_public_url(url: str, address: str) -> None:
    sender = Settings.load(COMPLETE | {"PUBLIC_URL": url}).mail.sender
    assert sender == Mailbox(address, "Openslot")
    assert sender.is_well_formed


def test_ranges_are_written_in_cidr_notation() -> None:
    ranges = Settings.load(COMPLETE | {"OUTGOING_ALLOWED_RANGES": "10.20.0.0/16, fd00::/8,127.0.0.1"})
    assert [str(one) for one in ranges.outgoing_allowed_ranges] == ["10.20.0.0/16", "fd00::/8", "127.0.0.1/32"]
    assert Settings.load(COMPLETE).outgoing_allowed_ranges == ()
    for wrong in ("10.20.0.1/16", "all", "10.0.0.0/40", "fd00::/8 10.0.0.0/8"):
        assert len(faults(OUTGOING_ALLOWED_RANGES=wrong)) == 1


def test_local_mail_domains_are_names() -> None:
    domains = Settings.load(COMPLETE | {"LOCAL_MAIL_DOMAINS": ".Local, home.arpa"}).local_mail_domains
    assert domains == ("local", "home.arpa")
    for wrong in ("192.0.2.7", "my_net", "a b"):
        assert len(faults(LOCAL_MAIL_DOMAINS=wrong)) == 1


@pytest.mark.parametrize(("security", "port"), [("none", 25), ("starttls", 587), ("tls", 465)])
def test_the_mail_port_follows_from_security(security: str, port: int) -> None:
    assert Settings.load(COMPLETE | {"MAIL_SECURITY": security}).mail.port == port


def test_this_machine_is_reached_by_all_its_names_and_a_site_by_its_own() -> None:
    assert "127.0.0.1" in Settings.load(COMPLETE | {"PUBLIC_URL": "http://localhost:8000"}).trusted_hosts
    hosts = Settings.load(COMPLETE | {"TRUSTED_HOSTS": "book.internal, other.internal"}).trusted_hosts
    assert hosts == ("book.example.org", "book.internal", "other.internal")


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = Settings.load(COMPLETE | {"MAIL_USERNAME": "me", "MAIL_PASSWORD": "hunter2"})
    for shown in (repr(settings), str(settings), repr(settings.mail)):
        assert SECRET not in shown
        assert "p%40ss" not in shown
        assert "hunter2" not in shown


def test_a_running_supervisor_supplies_what_is_absent(tmp_path: Path) -> None:
    offered = COMPLETE | {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": "2525", "MAIL_SECURITY": "none"}
    (tmp_path / "services.json").write_text(json.dumps(offered))
    attached = Settings.load({"DATA": str(tmp_path), "LOG_LEVEL": "debug"})
    assert (attached.mail.port, attached.log_level) == (2525, "debug")
    own_mail = Settings.load({"DATA": str(tmp_path), "MAIL_SERVER": "smtp.example.org"})
    assert (own_mail.mail.host, own_mail.mail.port, own_mail.mail.security) == ("smtp.example.org", 587, "starttls")


def test_complete_settings_are_never_mixed_with_those_of_a_supervisor(tmp_path: Path) -> None:
    (tmp_path / "services.json").write_text(json.dumps({"RATE_LIMITS": "off", "MAIL_PORT": "1"}))
    settings = Settings.load(COMPLETE | {"DATA": str(tmp_path)})
    assert (settings.rate_limits, settings.mail.port) == (True, 587)


def test_the_example_file_names_every_variable_a_server_has() -> None:
    example = (PROJECT_DIR / ".env.example").read_text()
    named = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))
    of_development = {"DATA", "ENVIRONMENT", "RELOAD"}
    of_compose = {"POSTGRES_PASSWORD", "DATABASE_PASSWORD", "VALKEY_PASSWORD"}
    of_the_image = {"WEB_HOST", "PORT"}
    assert named - of_compose == set(variables()) - of_development - of_the_image


def test_nothing_else_reads_the_environment() -> None:
    readers = {
        path.relative_to(PROJECT_DIR).as_posix()
        for path in [*PROJECT_DIR.glob("webapp/**/*.py"), PROJECT_DIR / "wsgi.py", PROJECT_DIR / "worker.py"]
        if re.search(r"\b(os\.environ|os\.getenv|getenv\(|import environ\b)", path.read_text())
    }
    assert readers == {"webapp/core/config/__init__.py"}


def test_each_thread_needs_a_connection() -> None:
    [fault] = faults(WEB_THREADS="5")
    assert fault.startswith("DATABASE_POOL_SIZE must be at least 12 if WEB_THREADS is 5: one connection for each")
    assert Settings.load(COMPLETE | {"WEB_THREADS": "5", "DATABASE_POOL_SIZE": "12"}).database_pool_size == 12
