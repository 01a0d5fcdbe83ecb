import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOMS = ("app", "fedn", "training")
MODULE_LINES, FUNCTION_LINES = 450, 100
LONG_FUNCTION, LONG_SHARE = 60, 0.03


def modules(repository: Path) -> list[Path]:
    return [repository / "main.py", *(path for room in ROOMS for path in sorted((repository / room).rglob("*.py")))]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"{path.name}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_is_an_order_of_size_too_long(repository: Path) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules(repository)}
    assert {path.name: length for path, length in lengths.items() if length > MODULE_LINES} == {}


def test_functions_are_short_and_long_ones_are_rare(repository: Path) -> None:
    lengths = dict(entry for path in modules(repository) for entry in functions(path))
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}
    long = [name for name, length in lengths.items() if length > LONG_FUNCTION]
    assert len(long) <= max(1, LONG_SHARE * len(lengths)), long


def test_packages_do_nothing_when_they_are_imported(repository: Path) -> None:
    filled = [path for path in modules(repository) if path.name == "__init__.py" and path.read_text().strip()]
    assert filled == []


@pytest.mark.parametrize("name", ["utils", "misc", "common", "helpers"])
def test_no_room_is_named_after_nothing(name: str, repository: Path) -> None:
    assert [path for path in modules(repository) if name in (path.stem, path.parent.name)] == []
