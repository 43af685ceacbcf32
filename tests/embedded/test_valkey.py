"""The embedded Valkey: its data, and authentication."""

import stat
from pathlib import Path

import pytest
from redis import AuthenticationError, Redis

from webapp.embedded.processes import StartError
from webapp.embedded.valkey import start_valkey


def test_data_is_there_after_a_restart_on_another_port(tmp_path: Path) -> None:
    first = start_valkey(tmp_path / "with space")
    Redis.from_url(first.url).set("kept", "7")
    first.stop()
    second = start_valkey(tmp_path / "with space")
    try:
        assert Redis.from_url(second.url).get("kept") == b"7"
    finally:
        second.stop()


def test_it_keeps_port_and_password_when_told(tmp_path: Path) -> None:
    first = start_valkey(tmp_path)
    first.stop()
    second = start_valkey(tmp_path, port=first.port, password=first.password)
    second.stop()
    assert second.url == first.url


def test_nobody_enters_without_the_password(tmp_path: Path) -> None:
    service = start_valkey(tmp_path)
    try:
        with pytest.raises(AuthenticationError):
            Redis(port=service.port).ping()
        assert stat.S_IMODE((tmp_path / "valkey" / "valkey.conf").stat().st_mode) == 0o600
    finally:
        service.stop()


def test_two_at_once_and_never_two_on_one_directory(tmp_path: Path) -> None:
    one, two = start_valkey(tmp_path / "one"), start_valkey(tmp_path / "two")
    try:
        Redis.from_url(one.url).set("mine", "1")
        assert Redis.from_url(two.url).get("mine") is None
        with pytest.raises(StartError, match="already running"):
            start_valkey(tmp_path / "one")
    finally:
        one.stop()
        two.stop()


def test_a_server_left_running_is_ended_first(tmp_path: Path) -> None:
    left = start_valkey(tmp_path)
    left.lock.release()  # its supervisor is gone, it is not
    service = start_valkey(tmp_path)
    try:
        assert not left.child.is_running
        assert Redis.from_url(service.url).ping()
    finally:
        service.stop()


def test_a_start_that_fails_says_why(tmp_path: Path) -> None:
    taken = start_valkey(tmp_path / "one")
    try:
        with pytest.raises(StartError, match="Address already in use"):
            start_valkey(tmp_path / "two", port=taken.port)
    finally:
        taken.stop()
