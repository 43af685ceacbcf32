"""Every setting is documented and used; every package is pinned and used."""

import ast
import importlib.metadata
import re
from typing import get_type_hints

import pytest

from tests.house.source import PROJECT_DIR, nodes, python_files, strings
from webapp.core.config import TABLES, variables

# Set by `make run` itself, for itself; and what the image sets.
NOT_FOR_SERVERS = {"ENVIRONMENT", "DATA", "WEB_HOST", "PORT", "RELOAD"}
REQUIREMENTS = ("requirements-server", "requirements", "requirements-lint", "requirements-dev")
# Used by a command, or by another package when it is there; everything else is imported.
COMMANDS = {
    "argon2-cffi",
    "djlint",
    "granian",
    "import-linter",
    "mypy",
    "ruff",
    "types-psutil",
    "pytest-xdist",
    "uvloop",
}


def test_every_setting_is_in_the_example() -> None:
    example = set(re.findall(r"^(?:# )?([A-Z_]+)=", (PROJECT_DIR / ".env.example").read_text(), re.MULTILINE))
    assert set(variables()) - NOT_FOR_SERVERS - example == set()


def test_every_setting_is_explained() -> None:
    guide = (PROJECT_DIR / "docs/self-hosting.md").read_text()
    assert [name for name in variables() if name not in NOT_FOR_SERVERS and f"`{name}`" not in guide] == []


def test_the_example_has_no_setting_that_is_not() -> None:
    """But those of the compose file."""
    example = set(re.findall(r"^(?:# )?([A-Z_]+)=", (PROJECT_DIR / ".env.example").read_text(), re.MULTILINE))
    compose = set(re.findall(r"\$\{([A-Z_]+)", (PROJECT_DIR / "docker-compose.yml").read_text()))
    web = set(re.findall(r"\$\{([A-Z_]+)", (PROJECT_DIR / "bin/web").read_text()))
    assert example - set(variables()) - compose - web == set()


def test_every_setting_is_used() -> None:
    read = {
        node.attr
        for path in [*python_files("webapp", "worker.py", "migrations")]
        for node in nodes(path)
        if isinstance(node, ast.Attribute)
    }
    fields = {name for table in TABLES for name in get_type_hints(table)}
    assert fields - read == set()


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_package_is_pinned(name: str) -> None:
    lines = [line for line in (PROJECT_DIR / f"{name}.txt").read_text().splitlines() if not line.startswith("#")]
    pins = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert len(pins) > 20
    assert [line for line in pins if not re.match(r"^[\w.-]+(\[\w+\])?==[\w.]+( |$)", line)] == []


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_package_asked_for_is_pinned(name: str) -> None:
    pinned = {
        normal(line.split("==")[0]) for line in (PROJECT_DIR / f"{name}.txt").read_text().splitlines() if "==" in line
    }
    assert asked_for(name) - pinned == set()


def test_every_package_asked_for_is_used() -> None:
    imported = imported_modules("webapp", "worker.py", "wsgi.py", "migrations", "tests", "bench")
    modules_of: dict[str, set[str]] = {}
    for module, packages in importlib.metadata.packages_distributions().items():
        for package in packages:
            modules_of.setdefault(normal(package), set()).add(module)
    asked = {package for name in REQUIREMENTS for package in asked_for(name)}
    unused = {package for package in asked - COMMANDS if not modules_of.get(package, set()) & imported}
    assert unused == set()


def test_every_command_asked_for_is_called() -> None:
    callers = ("Makefile", "bin/web", "pyproject.toml", "Dockerfile")
    text = "".join((PROJECT_DIR / name).read_text() for name in callers)
    text += "".join(path.read_text() for path in python_files("bench", "webapp"))
    named = {
        "argon2-cffi": "argon2",
        "import-linter": "lint-imports",
        "pytest-xdist": "-n auto",
        "types-psutil": "mypy",
    }
    assert [name for name in COMMANDS if named.get(name, name) not in text] == []


def asked_for(name: str) -> set[str]:
    lines = (PROJECT_DIR / f"{name}.in").read_text().splitlines()
    return {normal(re.split(r"[\[=<>~ ]", line)[0]) for line in lines if line and not line.startswith(("#", "-"))}


def normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def imported_modules(*folders: str) -> set[str]:
    found = set()
    for path in python_files(*folders):
        found |= {text for text in strings(path) if text.isidentifier()}  # find_spec("...")
        for node in nodes(path):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
    return found


def test_what_the_security_guide_names_as_evidence_is_there() -> None:
    guide = (PROJECT_DIR / "docs/security.md").read_text()
    named = re.findall(r"`((?:tests|webapp|static)/[\w./-]*)`", guide)
    assert len(named) > 30
    assert [name for name in named if not (PROJECT_DIR / name).exists()] == []
