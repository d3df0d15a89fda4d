"""The PyTorch and JAX code that the book shows runs, and agrees with the course's package.

The book itself needs neither library, so its pages only show these files. Each test is skipped if
its library is missing, and says so.
"""

import re
import runpy

import numpy as np
import pytest

import backprop as bp
from support.places import BOOK

SNIPPETS = BOOK / "snippets"
PRODUCTS = [[62.0, 3.0], [-1.0, 6.0], [-2.0, 6.0]]


@pytest.fixture
def snippet(monkeypatch):
    """A function that runs a snippet and returns its names, if its library is installed."""
    monkeypatch.syspath_prepend(SNIPPETS)

    def run(name):
        library = name.partition("_")[0]
        pytest.importorskip(library, reason=f"{library} is not installed: {name} is not tested")
        return runpy.run_path(str(SNIPPETS / f"{name}.py"))

    return run


@pytest.fixture
def arrays():
    rng = np.random.default_rng(0)
    return [rng.normal(size=size) for size in ((4, 3), (3, 2), (2,), (4, 2))]


def test_every_snippet_is_shown_by_a_page_and_named_after_its_library():
    shown = re.findall(r"\{literalinclude\} snippets/(\S+)", (BOOK / "practice.md").read_text())
    assert sorted(shown) == sorted(path.name for path in SNIPPETS.glob("*.py"))
    assert all(name.startswith(("torch_", "jax_")) for name in shown)


def test_the_linear_layer_of_torch_agrees_with_that_of_the_course(snippet, arrays):
    linear = snippet("torch_linear")["linear"]
    import torch

    *inputs, dout = arrays
    theirs = [torch.tensor(a, requires_grad=True) for a in inputs]
    linear(*theirs).backward(torch.tensor(dout))
    out, cache = bp.linear_forward(*inputs)
    assert np.allclose(linear(*theirs).detach(), out, rtol=1e-12)
    for ours, leaf in zip(bp.linear_backward(dout, cache), theirs, strict=True):
        assert np.allclose(leaf.grad, ours, rtol=1e-12)


def test_gradcheck_accepts_the_linear_layer(snippet, capsys):
    snippet("torch_gradcheck")
    assert capsys.readouterr().out == "True\n"


def test_the_linear_layer_of_jax_agrees_with_that_of_the_course(snippet, arrays):
    linear = snippet("jax_linear")["linear"]
    import jax

    *inputs, dout = arrays
    out, backward = jax.vjp(linear, *(jax.numpy.asarray(a, "float32") for a in inputs))
    ours, cache = bp.linear_forward(*inputs)
    assert np.allclose(out, ours, atol=1e-5)
    gradients = backward(jax.numpy.asarray(dout, "float32"))
    for theirs, own in zip(gradients, bp.linear_backward(dout, cache), strict=True):
        assert np.allclose(theirs, own, atol=1e-5)


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_the_products_are_those_of_the_page(snippet, capsys, library):
    snippet(f"{library}_products")
    printed = re.findall(r"-?\d+\.\d*", capsys.readouterr().out)
    assert np.allclose([float(number) for number in printed], np.ravel(PRODUCTS))
