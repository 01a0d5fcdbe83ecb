"""How much memory a training has taken, and how to tell that there was not enough."""

from __future__ import annotations

import sys

import torch

CHUNK_FRAMES = 16
FRAME_BYTES = 64 * 2**20
"""What one picture of 224 x 224 keeps for its gradient in ResNet-18, in float32 and with room to spare."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory was not enough: of a graphics card, of Apple's, or of the machine."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    text = str(error)
    words = ("out of memory", "can't allocate memory", "not enough memory", "bad_alloc", "could not create a memory")
    return isinstance(error, RuntimeError) and any(word in text for word in words)


def release(device: torch.device) -> None:
    """Gives back what torch keeps for later, so that the next try has it in one piece."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def peak_mib(device: torch.device) -> float:
    """The most memory so far, in MiB: of the graphics card, or of this process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    try:
        import resource
    except ImportError:  # Windows
        import psutil

        return getattr(psutil.Process().memory_info(), "peak_wset", 0) / 2**20
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10


def chunk_frames(device: torch.device) -> int:
    """Pictures that go through the backbone at once: more where more memory is free, at most a quarter of it."""
    if device.type != "cuda":
        return CHUNK_FRAMES
    free, _ = torch.cuda.mem_get_info(device)
    return max(CHUNK_FRAMES, min(512, int(free // 4 // FRAME_BYTES)))
