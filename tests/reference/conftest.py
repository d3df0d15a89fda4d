"""PyTorch, which judges the reference."""

import pytest


@pytest.fixture
def torch():
    """PyTorch on one thread, because several tests run at a time."""
    torch = pytest.importorskip("torch", reason="PyTorch, which judges the reference, is missing")
    torch.set_num_threads(1)
    return torch
