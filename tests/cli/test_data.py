"""The commands `export-host` and `import-host` do the same as the pages."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Engine

from tests.builders import Build, tomorrow
from tests.conftest import empty_tables

pytestmark = pytest.mark.usefixtures("clean")


def run(app: Flask, *arguments: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=list(arguments), input=typed)


@pytest.fixture
def document(app: Flask, build: Build, owner: Engine) -> str:
    """What the command prints of a host, who is gone."""
    host = build.host(email="ada@example.org", slug="ada")
    build.booking(build.slot(host))
    printed = run(app, "export-host", "ADA@example.org")
    assert printed.exit_code == 0, printed.output
    empty_tables(owner)
    return printed.stdout


def test_out_and_in_again(app: Flask, document: str, build: Build, tmp_path: Path) -> None:
    build.host(email="new@example.org", slug="new")
    file = tmp_path / "host.json"
    file.write_text(document)
    done = run(app, "import-host", "new@example.org", str(file))
    assert done.exit_code == 0
    assert "Event types: 3, slots: 1, bookings: 1" in done.output
    assert run(app, "export-host", "new@example.org").stdout == document


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_file_that_windows_wrote(app: Flask, document: str, build: Build, tmp_path: Path, encoding: str) -> None:
    """What `export-host ... > host.json` makes in PowerShell 5, and an editor of what it saves."""
    build.host(email="new@example.org", slug="new")
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    file = tmp_path / "host.json"
    file.write_bytes((mark + document.replace("\n", "\r\n")).encode(encoding))
    done = run(app, "import-host", "\u200enew@example.org", str(file))
    assert done.exit_code == 0, done.output
    assert run(app, "export-host", "new@example.org").stdout == document


def test_from_standard_input(app: Flask, document: str, build: Build) -> None:
    build.host(email="new@example.org")
    assert run(app, "import-host", "new@example.org", "-", typed=document).exit_code == 0
    assert build.row("SELECT slug FROM host")[0] == "ada"


def test_refusals_are_one_line_and_change_nothing(app: Flask, document: str, build: Build) -> None:
    build.host(email="new@example.org", slug="ada")
    broken = json.dumps(json.loads(document) | {"slots": 1})
    for email, text, words in (
        ("new@example.org", broken, "Nothing was imported. slots: Must be a list."),
        ("nobody@example.org", document, "There is no host"),
    ):
        refused = run(app, "import-host", email, "-", typed=text)
        assert refused.exit_code == 1
        assert words in refused.output
    assert run(app, "import-host", "new@example.org", "-", typed=document).exit_code == 0
    again = run(app, "import-host", "new@example.org", "-", typed=document)
    assert "something in this account" in again.output
    assert build.row("SELECT count(*) FROM booking")[0] == 1
    assert run(app, "export-host", "nobody@example.org").exit_code == 1


def test_a_taken_page_address_is_told(app: Flask, document: str, build: Build) -> None:
    build.host(slug="ada")
    build.host(email="new@example.org", slug="other")
    assert "stays /other" in run(app, "import-host", "new@example.org", "-", typed=document).output


def test_a_guest_is_erased_by_the_operator_and_again_after_a_restore(
    app: Flask, build: Build, owner: Engine, tmp_path: Path
) -> None:
    slots = build.slots(build.host(), [tomorrow(8), tomorrow(10)])
    for name, slot in zip(("gita", "lin"), slots, strict=True):
        build.booking(slot, email=f"{name}@example.net")
    before = build.row("SELECT id, email FROM guest WHERE email LIKE 'gita%'")
    assert "Bookings: 1" in run(app, "erase-guest", "GITA@example.net").output
    assert "Nothing is known" in run(app, "erase-guest", "gita@example.net").output
    assert run(app, "erase-guest", "gita").exit_code == 1
    erased = run(app, "erased-guests").stdout
    assert erased.startswith(f"{before.id} 2")
    assert "@" not in erased
    # as a backup would have it
    build.row("UPDATE guest SET email = :email WHERE id = :id RETURNING id", **before._mapping)
    build.row("UPDATE booking SET guest_name = 'Gita', subject = 'S' WHERE guest_id = :id RETURNING id", id=before.id)
    assert "again: 1" in run(app, "erase-again", "-", typed=erased).output
    assert {row.guest_name for row in build.rows("SELECT guest_name FROM booking")} == {"Erased guest", "Gita Guest"}
    written = tmp_path / "erased.txt"
    written.write_bytes(erased.encode("utf-16"))
    assert "again: 0" in run(app, "erase-again", str(written)).output
    written.write_bytes(b"\xff\xfe1")
    refused = run(app, "erase-again", str(written))
    assert (refused.exit_code, "Must be what `erased-guests` has printed" in refused.output) == (1, True)
    # another guest who has the number of an erased one is somebody else
    other = build.row("SELECT id FROM guest WHERE email LIKE 'lin%'").id
    assert "again: 0" in run(app, "erase-again", "-", typed=erased.replace(f"{before.id} ", f"{other} ")).output
    assert run(app, "erase-again", "-", typed="17\n").exit_code == 1
