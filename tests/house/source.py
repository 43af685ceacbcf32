"""The code base as data: its files, syntax trees and templates."""

import ast
from functools import cache
from pathlib import Path

from webapp.core.config import PROJECT_DIR

TEMPLATES = PROJECT_DIR / "templates"
STATIC = PROJECT_DIR / "static"
ROUTES = {"get", "post", "put", "patch", "delete", "route", "operation"}  # of a blueprint


def python_files(*folders: str) -> list[Path]:
    """In the folders (or the single files) named, relative to the project."""
    found: list[Path] = []
    for folder in folders:
        path = PROJECT_DIR / folder
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT_DIR))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Of the whole file: walking trees takes most of the time of these tests, and they walk the same ones."""
    return tuple(ast.walk(tree(path)))


@cache
def functions(path: Path) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]:
    return tuple(node for node in nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def is_view(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it answers a URL: `@blueprint.get`, an `.operation` of the API, or `@expose` of Flask-Admin."""
    return any(_is_route(decorator) for decorator in function.decorator_list)


def _is_route(decorator: ast.expr) -> bool:
    match decorator:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attribute)):
            return name.endswith("blueprint") and attribute in ROUTES
        case ast.Call(func=ast.Name(id="expose")):
            return True
    return False


@cache
def called(where: Path | ast.AST) -> tuple[tuple[str, ast.Call], ...]:
    """(last name of what is called, the call), in a file or a part of one. What a call gave back has no name."""
    parts = nodes(where) if isinstance(where, Path) else ast.walk(where)
    return tuple(_called(part) for part in parts if isinstance(part, ast.Call))


def _called(call: ast.Call) -> tuple[str, ast.Call]:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name, call
    return "", call


def strings(path: Path) -> set[str]:
    """Every string constant of a Python file, those in f-strings too."""
    return {node.value for node in nodes(path) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def templates() -> list[Path]:
    return sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


def relative(path: Path) -> str:
    """A template's name."""
    return str(path.relative_to(TEMPLATES))
