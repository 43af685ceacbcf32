"""The code base as data: its files, syntax trees and templates."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from webapp.config import PROJECT_DIR

TEMPLATES = PROJECT_DIR / "templates"
STATIC = PROJECT_DIR / "static"


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


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def called(node: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """(last name of what is called, the call)."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            if isinstance(part.func, ast.Name):
                yield part.func.id, part
            elif isinstance(part.func, ast.Attribute):
                yield part.func.attr, part


def strings(path: Path) -> set[str]:
    """Every string constant of a Python file, those in f-strings too."""
    return {
        node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def templates() -> list[Path]:
    return sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


def relative(path: Path) -> str:
    """A template's name."""
    return str(path.relative_to(TEMPLATES))
