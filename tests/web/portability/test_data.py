"""/settings/data: export files, and restoring one."""

import csv
import io
import json

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.builders import Build, tomorrow
from tests.services.portability.documents import build_busy_host, exported
from tests.web.desk import Desk, sit_down
from tests.web.pages import errors_of
from webapp.core.db import transaction
from webapp.domain.actor import host_actor
from webapp.effects.uploads import jobs
from webapp.services.bookings import bookings
from webapp.services.portability import uploads
from webapp.services.portability.upload_leases import lease_uploads

PAGE = "/settings/data"


def restore(desk: Desk, content: bytes) -> TestResponse:
    """The page after the worker has seen the file; what the web server itself refuses is answered at once."""
    answer = upload(desk, content)
    if answer.status_code != 303:
        return answer
    work(desk.client.application)
    return desk.open(PAGE)


def work(app: Flask) -> None:
    with app.app_context():
        with transaction() as session:
            leases = lease_uploads(session)
        for lease in leases:
            jobs.restore(lease.host_id, lease.attempts)


def upload(desk: Desk, content: bytes) -> TestResponse:
    file = FileStorage(io.BytesIO(content), "openslot.json")
    boundary, body = encode_multipart({"csrf_token": desk.token, "file": file})
    return desk.client.post(f"{PAGE}/restore", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def download(desk: Desk, name: str) -> TestResponse:
    answer = desk.client.get(f"{PAGE}/{name}", buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=openslot-")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer


@pytest.fixture
def document(desk: Desk, build: Build) -> bytes:
    """Of a host with a slot and two event types switched off, in a form that another account takes."""
    build.slots(desk.host_id, [tomorrow(10), tomorrow(12)])
    build.event_type(desk.host_id, "60min", title="An hour")
    return download(desk, "openslot.json").data


def test_the_file_is_the_document(desk: Desk, document: bytes, build: Build) -> None:
    with build.app.app_context():
        assert document.decode() == exported(desk.host_id)
    assert len(json.loads(document)["slots"]) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"é": 1}'.encode("latin-1"), "not UTF-8"),
        ('{"é": 1}'.encode("utf-16")[:-1], "not UTF-8"),
        ('{"é": 1}'.encode("utf-32"), "no JSON file"),
        ("{".encode("utf-16"), "no JSON file"),
    ],
)
def test_a_file_in_another_encoding_is_refused_with_a_reason(desk: Desk, content: bytes, words: str) -> None:
    answer = restore(desk, content)
    assert words in errors_of(answer)


def test_a_file_fills_a_new_account(document: bytes, build: Build, password_hash: str) -> None:
    new = sit_down(build, password_hash, slug="new")
    assert "still empty" in new.open(PAGE).text
    page = restore(new, document.decode().encode("utf-16")).text  # as an editor of Windows saves it
    assert "Restored: 3 event types and 0 bookings." in page
    assert "stays /new" in page
    assert "still empty" not in page
    assert "An hour" in new.open("/event-types").text
    assert build.row("SELECT count(*) FROM slot WHERE host_id = :host", host=new.host_id)[0] == 2


def test_an_account_in_use_is_left_as_it_is(desk: Desk, document: bytes, build: Build) -> None:
    before = build.rows("SELECT * FROM slot ORDER BY id")
    answer = restore(desk, document)
    assert answer.status_code == 409
    assert "Nothing was restored" in answer.text
    assert build.rows("SELECT * FROM slot ORDER BY id") == before


def test_a_fault_is_named_and_nothing_is_stored(document: bytes, build: Build, password_hash: str) -> None:
    new = sit_down(build, password_hash)
    broken = json.loads(document)
    broken["slots"][1]["capacity"] = "<b>many</b>"
    answer = restore(new, json.dumps(broken).encode())
    assert "slots[1].capacity: Must be a whole number" in errors_of(answer)
    assert build.row("SELECT count(*) FROM slot WHERE host_id = :host", host=new.host_id)[0] == 0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\xff", b"[]", b'{"<script>": 1}'])
def test_what_is_no_such_file(build: Build, password_hash: str, content: bytes) -> None:
    answer = restore(sit_down(build, password_hash), content)
    assert errors_of(answer)
    assert "<script>:" not in answer.text


def test_the_page_waits_and_asks_again(document: bytes, build: Build, password_hash: str) -> None:
    new = sit_down(build, password_hash, slug="new")
    answer = upload(new, document)
    assert answer.headers["Location"] == f"{PAGE}#restore"
    assert "is being restored" in new.open(PAGE).text
    part = new.open(PAGE, htmx=True).text
    assert part.strip().startswith("<section")
    assert 'hx-trigger="load delay:2s"' in part
    again = upload(new, document)
    assert again.status_code == 409
    assert "is being restored" in again.text
    work(new.client.application)
    part = new.open(PAGE, htmx=True).text
    assert "Restored: 3 event types" in part
    assert "hx-trigger" not in part


def test_only_so_many_files_wait(
    document: bytes, build: Build, password_hash: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_WAITING", 1)
    assert upload(sit_down(build, password_hash), document).status_code == 303
    refused = upload(sit_down(build, password_hash), document)
    assert refused.status_code == 503
    assert "Many files" in refused.text


def test_no_file_at_all(desk: Desk) -> None:
    assert desk.post(f"{PAGE}/restore").status_code == 422


def test_large_files_are_for_hosts_only(build: Build, password_hash: str) -> None:
    desk = sit_down(build, password_hash)
    large = b'{"format": "openslot.host", "x": "' + b"x" * 2_000_000 + b'"}'
    assert "version: Must be 1" in errors_of(restore(desk, large))
    refused = restore(desk, large * 9)
    assert refused.status_code == 413
    assert "import-host" in errors_of(refused)
    desk.client.delete_cookie("session")
    assert restore(desk, large).status_code == 400  # and nothing of it was read
    desk.client.get("/login")
    assert restore(desk, large).status_code == 413


def test_each_host_takes_along_their_own(desk: Desk, other_desk: Desk, build: Build) -> None:
    build.booking(build.slot(desk.host_id), name="Gita Guest")
    for name in ("openslot.json", "bookings.csv"):
        assert "Gita Guest" in download(desk, name).text
        assert "Gita Guest" not in download(other_desk, name).text


def table(desk: Desk) -> list[dict[str, str]]:
    text = download(desk, "bookings.csv").data.decode("utf-8-sig")
    assert text.count("\r\n") >= 1
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_table(desk: Desk, build: Build) -> None:
    booking = build.booking(build.slot(desk.host_id, tomorrow(10)), name='Ann "A" Other', notes="one,\ntwo")
    with build.app.app_context():
        bookings.cancel(booking.uid, actor=host_actor(desk.host_id), reason="Ill")
    assert download(desk, "bookings.csv").data.startswith(b"\xef\xbb\xbfuid,status,start,")
    [row] = table(desk)
    assert (row["uid"], row["status"], row["guest_name"]) == (str(booking.uid), "cancelled", 'Ann "A" Other')
    assert row["notes"] == "one,\ntwo"
    assert row["start_utc"] == f"{booking.start:%Y-%m-%dT%H:%M:%SZ}"
    assert row["time_zone"] == "Europe/Berlin"
    assert row["start"] != f"{booking.start:%Y-%m-%d %H:%M}"
    assert row["start"][-3:] == ":00"
    assert (row["cancelled_by"], row["cancel_reason"], row["duration_minutes"]) == ("host", "Ill", "30")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
def test_no_cell_is_a_formula(desk: Desk, build: Build, start: str) -> None:
    attack = f"{start}HYPERLINK(1)"
    build.booking(build.slot(desk.host_id), name=attack, subject=attack, notes=attack)
    [row] = table(desk)
    assert {row["guest_name"], row["subject"], row["notes"]} == {f"'{attack}"}


def test_no_part_of_a_cell_is_a_formula_where_semicolons_part_cells(desk: Desk, build: Build) -> None:
    notes = "a\n=1\n - one\n-2+3; @SUM(1);+1\n\n\t＝1; -\nx=1"
    build.booking(build.slot(desk.host_id), name="a;=1", subject="2-1; see you", notes=notes)
    [row] = table(desk)
    assert (row["guest_name"], row["subject"]) == ("a;'=1", "2-1; see you")
    assert row["notes"] == "a\n'=1\n - one\n'-2+3; '@SUM(1);'+1\n\n\t'＝1; -\nx=1"


def test_a_whole_life_goes_into_the_table(build: Build, context: None, password_hash: str) -> None:
    from webapp.services.portability.bookings_csv import bookings_csv

    host = build_busy_host(build)
    rows = list(csv.DictReader(io.StringIO("".join(bookings_csv(host)).lstrip("\ufeff"), newline="")))
    assert len(rows) == 9
    assert any(row["answers"] == "What about?: Engineś\nMay I write?: yes" for row in rows)
