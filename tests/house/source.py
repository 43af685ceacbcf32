"""The source code as data: its files, syntax trees and templates."""

import ast
import gc
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import grimp

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
    parsed = ast.parse(path.read_text(), str(path))
    gc.freeze()  # it stays, and looking for garbage in all these trees takes three times as long as making them
    return parsed


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


@dataclass(frozen=True)
class Shape:
    """How the code is cut: files, folders and the imports between them. Modules do not count their `__init__`."""

    lines: int
    folders: dict[str, int]  # package: modules directly in it
    importers: dict[str, tuple[str, ...]]  # module: modules that import it
    arrows: set[tuple[str, str]]  # (package, package whose modules it imports)

    @property
    def modules_with_one_importer(self) -> list[str]:
        return sorted(module for module, importers in self.importers.items() if len(importers) == 1)

    def __str__(self) -> str:
        folder, modules = max(self.folders.items(), key=lambda item: item[1])
        return (
            f"{len(self.importers)} modules, {self.lines} lines; largest folder {folder} with {modules}; "
            f"{len(self.modules_with_one_importer)} modules with one importer; "
            f"{len(self.folders)} rooms and {len(self.arrows)} arrows between them"
        )


@cache
def shape() -> Shape:
    """For a table in an ADR: `.venv/bin/python -c "from tests.house.source import shape; print(shape())"`."""
    graph = grimp.build_graph("webapp", cache_dir=None)
    modules = {module for module in graph.modules if not graph.find_children(module)}
    importers = {module: tuple(sorted(graph.find_modules_that_directly_import(module))) for module in modules}
    rooms = {module: module.rpartition(".")[0] if module in modules else module for module in graph.modules}
    return Shape(
        lines=sum(path.read_text().count("\n") for path in python_files("webapp")),
        folders=dict(Counter(rooms[module] for module in modules)),
        importers=importers,
        arrows={
            (rooms[importer], rooms[module])
            for module in graph.modules
            for importer in graph.find_modules_that_directly_import(module)
            if rooms[importer] != rooms[module]
        },
    )
