"""Rules for the Python code that no linter checks."""

import ast
import re
import subprocess
import sys
from pathlib import Path

from tests.house.source import PROJECT_DIR, called, functions, is_view, name_of, nodes, python_files, templates

LONGEST_FILE, LONGEST_FUNCTION, LONGEST_VIEW = 250, 25, 15
SPLIT = "Too long. Find the concept that is missing and give it a %s of its own: "
# Words of other trades; "client" is left out, since HTTP has clients.
FOREIGN_WORDS = re.compile(r"\b(appointment|reservation|customer|invitee)s?\b", re.IGNORECASE)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|in a real implementation|for now", re.IGNORECASE)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Without signature, docstring, and the columns of queries: a table is as long as it is."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    columns = sum((call.end_lineno or 0) - call.lineno for name, call in called(function) if name == "select")
    return (function.end_lineno or 0) - body[0].lineno + 1 - columns if body else 0


def test_files_are_short() -> None:
    lengths = {name_of(path): path.read_text().count("\n") for path in python_files("webapp", "worker.py", "wsgi.py")}
    long = [f"{name} has {length} lines of {LONGEST_FILE}" for name, length in lengths.items() if length > LONGEST_FILE]
    assert not long, SPLIT % "file" + "; ".join(long)


def test_functions_are_short() -> None:
    long = [
        f"{function.name} in {name_of(path)}, a {kind}, has {length} lines of {limit}"
        for path in python_files("webapp", "worker.py", "wsgi.py")
        for function in functions(path)
        for kind, limit in [("view", LONGEST_VIEW) if is_view(function) else ("function", LONGEST_FUNCTION)]
        if (length := body_lines(function)) > limit
    ]
    assert not long, SPLIT % "function" + "; ".join(long)


def test_views_are_recognised() -> None:
    views = [function.name for path in python_files("webapp") for function in functions(path) if is_view(function)]
    assert len(views) > 150
    assert {"profile", "create_booking", "export"} <= set(views)  # of a page, of the API and of the admin


def test_only_one_place_commits() -> None:
    commits = {name_of(path) for path in python_files("webapp") for name, _ in called(path) if name == "commit"}
    assert commits <= COMMITTERS


COMMITTERS = {
    "webapp/core/db.py",
    "webapp/core/connections.py",
    "webapp/core/sql.py",  # with the last statement of a transaction, for db.py
    "webapp/web/accounts/auth.py",  # Flask-Security's own unit of work, which ends in db.py
}


def test_only_settings_read_the_environment() -> None:
    readers = {
        name_of(path)
        for path in python_files("webapp", "worker.py", "wsgi.py")
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        if isinstance(node.value, ast.Name) and node.value.id == "os"
    }
    assert readers == {"webapp/core/config/__init__.py"}


def test_one_module_writes_mailto_addresses() -> None:
    """An address needs care there that nobody takes each time."""
    files = [*python_files("webapp"), *templates()]
    assert [name_of(path) for path in files if "mailto:" in path.read_text()] == ["webapp/domain/urls.py"]


def test_one_module_opens_database_connections_and_one_gives_out_those_of_the_driver() -> None:
    """Settings and deadlines are those of the first, the second translates errors."""
    calls = {
        (ast.unparse(call.func), name_of(path))
        for path in python_files("webapp", "worker.py", "wsgi.py", "migrations")
        for _, call in called(path)
    }
    openers = (
        "psycopg.connect",
        "Connection.connect",
        "create_engine",
        "db.engine.raw_connection",
        "db.engine.connect",
    )
    assert {call for call in calls if call[0] in openers} == {
        ("psycopg.connect", "webapp/core/postgres.py"),
        ("Connection.connect", "webapp/core/postgres.py"),
        ("create_engine", "migrations/env.py"),  # with connections of the first
        ("db.engine.raw_connection", "webapp/core/sql.py"),
    }


def test_one_module_makes_requests() -> None:
    """To places that somebody else chose; health check and supervisor ask their own server."""
    makers = {
        name_of(path)
        for path in python_files("webapp", "worker.py")
        for node in nodes(path)
        for name in imported(node)
        if name.startswith(("http.client", "urllib.request", "urllib3", "requests", "httpx", "aiohttp"))
    }
    assert makers == {"webapp/effects/webhooks/requests.py", "webapp/embedded/run.py", "webapp/healthcheck.py"}


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def test_the_words_are_ours() -> None:
    texts = [*python_files("webapp"), *templates()]
    assert [(path.name, found[0]) for path in texts if (found := FOREIGN_WORDS.search(path.read_text()))] == []


def test_nothing_is_left_for_later() -> None:
    texts = [*python_files("webapp", "migrations", "worker.py"), *templates()]
    assert [(path.name, found[0]) for path in texts if (found := UNFINISHED.search(path.read_text()))] == []


def test_the_layers_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo"]
    ran = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_every_queue_has_a_consumer() -> None:
    """A queue is made in one place, and the worker listens to what is made there."""
    makers = {
        name_of(path) for path in python_files("webapp", "worker.py") for name, _ in called(path) if name == "Queue"
    }
    assert makers == {"webapp/effects/mail/jobs.py"}
    from webapp.effects import pool, worker
    from webapp.effects.mail import jobs

    queues = {name for name, value in vars(jobs).items() if name.endswith("QUEUE") and isinstance(value, str)}
    assert len(queues) > 1
    listened = {
        name.id for module in (worker, pool) for name in nodes(Path(module.__file__)) if isinstance(name, ast.Name)
    }
    assert queues - listened == set()
