"""A test that cannot fail is no test."""

import ast

from tests.house.source import called, functions, name_of, python_files

CHECKING_CALLS = {"raises", "fail", "warns", "expect", "wait_for"}  # the last one raises after waiting in vain


def test_every_test_asserts_something() -> None:
    """By itself, or by a function of the tests that it calls."""
    paths = python_files("tests")
    checking = {name for path in paths for name in [f.name for f in functions(path) if asserts(f)]}
    while True:
        more = {
            function.name
            for path in paths
            for function in functions(path)
            if {name for name, _ in called(function)} & checking
        }
        if more <= checking:
            break
        checking |= more
    silent = [
        f"{name_of(path)}:{function.name}"
        for path in paths
        for function in functions(path)
        if function.name.startswith("test_") and function.name not in checking
    ]
    assert silent == []


def asserts(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Not so a fixture or helper whose name many things have, like `run`: it would excuse every test that calls one."""
    if any(isinstance(node, ast.Assert) for node in ast.walk(function)):
        return True
    return bool({name for name, _ in called(function)} & CHECKING_CALLS)


def test_no_test_is_skipped_for_good() -> None:
    marks = [
        f"{name_of(path)}:{function.name}"
        for path in python_files("tests")
        for function in functions(path)
        for decorator in function.decorator_list
        if ast.unparse(decorator).startswith(("pytest.mark.skip(", "pytest.mark.xfail"))
        or ast.unparse(decorator) == "pytest.mark.skip"
    ]
    assert marks == []
