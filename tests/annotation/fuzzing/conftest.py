from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz", type=int, default=0, help="how many damaged files to read in all")
    parser.addoption("--fuzz-seed", type=int, default=1, help="which damaged files")
