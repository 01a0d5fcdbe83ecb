"""Rendering needs EGL; machines without it skip, with the reason."""

from __future__ import annotations

import moderngl
import pytest


@pytest.fixture(scope="session")
def egl() -> None:
    try:
        moderngl.create_context(standalone=True, backend="egl").release()  # pyright: ignore[reportArgumentType]
    except Exception as error:
        pytest.skip(f"no OpenGL to render faces with: {error}")
