"""Numbers with their nouns."""

from __future__ import annotations

import pytest

from fedn.counted import counted


@pytest.mark.parametrize(("count", "said"), [(0, "0 events"), (1, "1 event"), (2, "2 events"), (1200, "1,200 events")])
def test_only_one_is_said_in_the_singular(count: int, said: str) -> None:
    assert counted(count, "event") == said
