"""Time zones are converted in Python only, because the database and some libraries have their own tz data."""

import ast
import re

from tests.house.source import name_of, nodes, python_files

OTHER_DATA = {"dateutil", "pytz", "tzlocal"}
# Flask-Babel's and Babel's, that look zones up by their names in `pytz`.
LOOKS_UP = {"get_timezone", "format_datetime", "to_user_timezone", "to_utc"}
# What makes a date of an instant, or an instant of a date, in SQL. Seconds since 1970 are the same in every zone, and
# `current_date` is that of the connection, which is UTC's.
IN_SQL = re.compile(
    r"\bat\s+time\s+zone\b|::\s*(date|time|timestamp)\b|\blocaltimestamp\b"
    r"|\b(date_trunc|timezone|to_char|to_timestamp|make_timestamp|make_timestamptz|date_bin|justify_\w+)\s*\("
    r"|\b(extract|date_part)\s*\(\s*'?(?!'?epoch\b)",
    re.IGNORECASE,
)
BY_SQLALCHEMY = {
    "date_trunc", "timezone", "to_char", "to_timestamp", "make_timestamp", "make_timestamptz", "make_interval",
    "date_bin", "localtime", "localtimestamp", "justify_days", "justify_hours",
}  # fmt: skip
PARTS = {"extract", "date_part"}
TYPES = {"Date", "Time"}


def test_no_other_data_is_asked() -> None:
    asked = {
        f"{name_of(path)}: {name}"
        for path in python_files("webapp", "worker.py", "wsgi.py")
        for node in nodes(path)
        for name in imported(node)
        if name.split(".")[0] in OTHER_DATA or name.split(".")[-1] in LOOKS_UP
    }
    assert asked == set()


def test_the_database_is_asked_for_no_date() -> None:
    found = {
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("webapp", "worker.py", "wsgi.py")
        for node in nodes(path)
        if isinstance(node, ast.Call | ast.Constant) and makes_dates(node)
    }
    assert found == set()


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return [node.attr] if isinstance(node, ast.Attribute) else []


def makes_dates(node: ast.Call | ast.Constant) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(IN_SQL.search(node.value))
    called = ast.unparse(node.func)
    if not called.startswith("func."):
        return called == "cast" and any(isinstance(type_, ast.Name) and type_.id in TYPES for type_ in node.args)
    name = called.removeprefix("func.")
    of_epoch = bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == "epoch"
    return name in BY_SQLALCHEMY or (name in PARTS and not of_epoch)
