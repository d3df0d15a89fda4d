"""Time one training step of the reference, of PyTorch, and of hand-optimised NumPy.

All three compute the same step of a two-layer ReLU network, in float64 and on one thread: the loss
(mean cross-entropy plus 0.5 * reg * sum of squared weights), every gradient, and the update.

- reference: `backprop.train_step`, the function that the book explains. It returns new parameters
  and does not change the old arrays.
- torch: PyTorch on the CPU, written for speed. It uses tensors without modules, applies the
  gradient of the penalty as part of the update, and changes the parameters in place.
- fused: NumPy code for exactly two layers, in one function. It leaves out the gradient with respect
  to x, reuses temporary arrays, scales the gradient with respect to the logits once by the learning
  rate and 1/N, and applies the penalty as part of the update. It returns new parameters and does
  not change the caller's arrays.

The three take turns in one run, and the times are medians. The script needs torch, which the course
itself does not use:

    python -m venv build/torch && build/torch/bin/pip install torch==2.13.0 numpy
    PYTHONPATH=solutions build/torch/bin/python benchmarks/training_step.py
"""

import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # read once, when NumPy and PyTorch are imported

import argparse  # noqa: E402
import sys  # noqa: E402
from itertools import pairwise  # noqa: E402
from statistics import median  # noqa: E402
from time import perf_counter  # noqa: E402

import numpy as np  # noqa: E402

import backprop as bp  # noqa: E402

try:
    import torch
except ImportError:
    print(
        "training_step.py needs PyTorch: pip install torch==2.13.0 numpy "
        "(in a separate environment, with PYTHONPATH=solutions)",
        file=sys.stderr,
    )
    sys.exit(2)

NETS = [(64, 64, 10), (784, 128, 10)]
BATCH, LR, REG = 64, 0.01, 1e-3
ROUNDS, STEPS = 300, 10  # a time is the median over the rounds, a round the mean of its steps
GOALS = {"torch": 1.0, "fused": 1.5}


def fused_step(params, x, y, lr, reg):
    """Compute `backprop.train_step` for exactly two layers, optimised by hand."""
    (W1, b1), (W2, b2) = params
    N = len(x)
    rows = np.arange(N)

    h = x @ W1
    h += b1
    np.maximum(h, 0.0, out=h)
    z = h @ W2
    z += b2

    z -= z.max(axis=1, keepdims=True)
    right = z[rows, y].sum()
    np.exp(z, out=z)
    total = z.sum(axis=1, keepdims=True)
    loss = (np.log(total).sum() - right) / N + 0.5 * reg * (np.vdot(W1, W1) + np.vdot(W2, W2))

    z *= (lr / N) / total  # from here on, every gradient is already multiplied by lr
    z[rows, y] -= lr / N
    dh = z @ W2.T
    dh *= h > 0.0

    keep = 1.0 - lr * reg
    new_W1, new_W2 = keep * W1, keep * W2
    new_W1 -= x.T @ dh
    new_W2 -= h.T @ z
    return [(new_W1, b1 - dh.sum(axis=0)), (new_W2, b2 - z.sum(axis=0))], float(loss)


def torch_step(params, x, y, lr, reg):
    """Compute the same step by automatic differentiation; params are changed in place."""
    (W1, b1), (W2, b2) = params
    h = torch.addmm(b1, x, W1).relu()
    data_loss = torch.nn.functional.cross_entropy(torch.addmm(b2, h, W2), y)
    leaves = (W1, b1, W2, b2)
    grads = torch.autograd.grad(data_loss, leaves)
    with torch.no_grad():
        weights = W1.view(-1), W2.view(-1)
        loss = data_loss.item() + 0.5 * reg * sum(torch.dot(w, w).item() for w in weights)
        for W in (W1, W2):
            W.mul_(1.0 - lr * reg)
        for leaf, grad in zip(leaves, grads, strict=True):
            leaf.sub_(grad, alpha=lr)
    return params, loss


def contenders(widths):
    """Return {name: (step, params, x, y)} for one network; all start from the same numbers."""
    rng = np.random.default_rng(0)
    params = [
        (rng.normal(size=(fan_in, fan_out)) * np.sqrt(2 / fan_in), np.zeros(fan_out))
        for fan_in, fan_out in pairwise(widths)
    ]
    x, y = rng.normal(size=(BATCH, widths[0])), rng.integers(widths[-1], size=BATCH)
    leaves = [tuple(torch.tensor(p, requires_grad=True) for p in pair) for pair in params]
    return {
        "reference": (bp.train_step, params, x, y),
        "torch": (torch_step, leaves, torch.tensor(x), torch.tensor(y)),
        "fused": (fused_step, params, x, y),
    }


def confirm_equal(widths):
    """Raise AssertionError unless all contenders give the same numbers over five steps."""
    outcomes = {}
    for name, (step, params, x, y) in contenders(widths).items():
        losses = []
        for _ in range(5):
            params, loss = step(params, x, y, LR, REG)
            losses.append(loss)
        flat = [np.asarray(p.detach() if name == "torch" else p) for pair in params for p in pair]
        outcomes[name] = [np.array(losses), *flat]
    for name in ("torch", "fused"):
        for ours, theirs in zip(outcomes["reference"], outcomes[name], strict=True):
            np.testing.assert_allclose(theirs, ours, rtol=1e-9, atol=1e-12, err_msg=name)


def measure(widths):
    """Let the contenders take turns; return {name: median seconds of one step}."""
    running = contenders(widths)
    times = {name: [] for name in running}
    for round_number in range(ROUNDS + 20):
        for name, (step, params, x, y) in running.items():
            start = perf_counter()
            for _ in range(STEPS):
                params, _ = step(params, x, y, LR, REG)
            elapsed = (perf_counter() - start) / STEPS
            running[name] = (step, params, x, y)
            if round_number >= 20:  # the first 20 rounds warm up
                times[name].append(elapsed)
    return {name: median(values) for name, values in times.items()}


def main():
    """Print the time of each contender for each network, and compare with the goals."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    torch.set_num_threads(1)
    print(f"NumPy {np.__version__}, PyTorch {torch.__version__}, batch {BATCH}, float64, 1 thread")
    for widths in NETS:
        confirm_equal(widths)
        seconds = measure(widths)
        print("-".join(map(str, widths)))
        for name, value in seconds.items():
            print(f"  {name:10} {value * 1e6:8.1f} µs a step")
        for name, goal in GOALS.items():
            ratio = seconds["reference"] / seconds[name]
            verdict = "ok" if ratio <= goal else "missed"
            print(f"  reference/{name} {ratio:.2f} (goal {goal:.1f}: {verdict})")


if __name__ == "__main__":
    main()
