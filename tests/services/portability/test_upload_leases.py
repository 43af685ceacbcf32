"""A document that was uploaded is restored once, whatever happens to workers; or the host is told why not."""

from collections.abc import Sequence

import pytest

from tests.builders import Build
from webapp.core.db import transaction
from webapp.domain.actor import host_actor
from webapp.domain.errors import NotFound, Overloaded
from webapp.services.portability import restore, upload_leases, uploads
from webapp.services.portability.restore import AccountNotEmpty
from webapp.services.portability.upload_leases import (
    FAILED,
    NOT_EMPTY,
    TOO_SLOW,
    ImportLease,
    forget_uploads,
    lease_uploads,
    refuse_upload,
    restore_upload,
)
from webapp.services.portability.uploads import ImportWaiting, Upload, last_upload, store_upload

pytestmark = pytest.mark.usefixtures("context")
DUE = "UPDATE host_import SET due_at = now() RETURNING host_id"


@pytest.fixture
def host(build: Build, document: str) -> int:
    """Who has uploaded the document of somebody else."""
    return with_upload(build.host(), document)


def with_upload(host: int, content: str) -> int:
    store_upload(content.encode(), host_id=host, actor=host_actor(host))
    return host


def leased() -> list[ImportLease]:
    with transaction() as session:
        return lease_uploads(session)


def work() -> Sequence[ImportLease]:
    leases = leased()
    for lease in leases:
        restore_upload(lease, reserved=())
    return leases


def outcome(host: int) -> Upload:
    upload = last_upload(host)
    assert upload
    return upload


def test_it_waits_is_restored_and_dropped(host: int, build: Build) -> None:
    assert outcome(host).is_waiting
    assert work() == [ImportLease(host, 1)]
    imported = outcome(host).imported
    assert imported
    assert imported.bookings == 9
    assert build.row("SELECT document FROM host_import")[0] is None
    assert leased() == []


def test_one_that_a_dead_worker_had_becomes_due_again(host: int, build: Build) -> None:
    [lost] = leased()
    assert leased() == []
    build.row(DUE)
    assert work() == [ImportLease(host, 2)]
    assert outcome(host).imported
    restore_upload(lost, reserved=())  # it was only slow
    assert outcome(host).imported


def test_one_that_ends_workers_is_given_up_with_a_sentence(host: int, build: Build) -> None:
    for _ in range(upload_leases.MOST_ATTEMPTS):
        assert leased()
        build.row(DUE)
    assert leased() == []
    assert outcome(host).faults == FAILED
    assert build.row("SELECT document FROM host_import")[0] is None


def test_a_slow_one_ends_with_a_sentence(host: int) -> None:
    [lease] = leased()
    refuse_upload(lease, TOO_SLOW)
    assert outcome(host).faults == TOO_SLOW
    refuse_upload(lease, FAILED)
    assert outcome(host).faults == TOO_SLOW


def test_few_are_read_at_the_same_time(build: Build, document: str) -> None:
    hosts = [with_upload(build.host(), document) for _ in range(3)]
    assert {lease.host_id for lease in leased()} == set(hosts[: upload_leases.MOST_LEASED])
    assert leased() == []


def test_faults_are_told_and_another_file_can_follow(host: int, build: Build) -> None:
    other = with_upload(build.host(), "{}")
    work()
    assert list(outcome(other).faults or ()) == ["format"]
    with_upload(other, "[]")
    assert outcome(other).is_waiting


def test_only_what_fits_is_stored(host: int, build: Build, document: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImportWaiting):
        with_upload(host, document)
    used = build.host()
    build.slot(used)
    with pytest.raises(AccountNotEmpty):
        with_upload(used, document)
    assert last_upload(used) is None
    monkeypatch.setattr(uploads, "MOST_WAITING", 1)
    with pytest.raises(Overloaded):
        with_upload(build.host(), document)
    with pytest.raises(NotFound):
        store_upload(b"{}", host_id=used, actor=host_actor(host))


def test_an_account_that_has_been_used_meanwhile_stays_as_it_is(host: int, build: Build) -> None:
    build.slot(host)
    work()
    assert outcome(host).faults == NOT_EMPTY


def test_a_host_uploads_only_so_much(host: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restore, "MOST_UPLOADED", {"slots": 1})
    work()
    assert list(outcome(host).faults or ()) == ["slots"]


def test_outcomes_are_forgotten_after_a_day(host: int, build: Build) -> None:
    work()
    with transaction() as session:
        forget_uploads(session)
    assert outcome(host).imported
    build.row("UPDATE host_import SET finished_at = now() - interval '25 hours' RETURNING host_id")
    with transaction() as session:
        forget_uploads(session)
    assert last_upload(host) is None
