"""Compute the numbers of the interactive figures with the reference, and put them into a page.

An interactive figure is a custom HTML element, whose code is in `_static`. This module computes its
numbers while the page is built and stores them inside the element as JSON, so the figure works
without a server. The element also contains the same content as plain HTML, in a list or a table.
Readers see this text on paper, without JavaScript, or if they press the button for it.

A page calls one of the three functions whose names end in `_figure`, or `show` with its own data.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from contourpy import contour_generator
from IPython.display import display
from numpy.typing import NDArray

import backprop as bp

Array = NDArray[np.float64]


def markup(tag: str, data: Mapping[str, Any], plain: str) -> str:
    """Return the HTML of a figure: an element `tag` that contains the data and the plain HTML."""
    # Escape "<", because the text "</script>" in the data would end the script element.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<{tag} class="interactive"><script type="application/json">{text}</script>'
        f'<div class="plain">{plain}</div></{tag}>'
    )


def show(tag: str, data: Mapping[str, Any], plain: str) -> None:
    """Put a figure into the page. data["label"] is a short description of the drawing."""
    bundle = {"text/html": markup(tag, data, plain), "text/plain": data["label"]}
    display(bundle, raw=True)


def number(v: float, digits: int = 4) -> str:
    """Return a number as text, with `digits` significant digits and a typographic minus sign."""
    if 10**digits <= abs(v) < 1e5:
        return f"{v:.0f}".replace("-", "−")
    return (
        f"{v:.{digits}g}".replace("e-0", "e-")
        .replace("e+0", "e")
        .replace("e+", "e")
        .replace("-", "−")
    )


def factor(v: float) -> str:
    """Return a number for use after an operator: a negative one gets brackets."""
    return f"({number(v)})" if v < 0 else number(v)


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], names: int = 1) -> str:
    """Return an HTML table. The first `names` cells of each row are headings of the row."""
    top = "".join(f'<th scope="col">{escape(h)}</th>' for h in head)
    body = ""
    for row in rows:
        heads = "".join(f'<th scope="row">{escape(c)}</th>' for c in row[:names])
        body += f"<tr>{heads}{''.join(f'<td>{escape(c)}</td>' for c in row[names:])}</tr>"
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


# ---- <computation-graph> ------------------------------------------------------------------------

# For each operation: its sign in the drawing, a function that writes its calculation, and a
# function that writes its local derivative with respect to each input.
OPERATIONS: dict[str, tuple[str, Callable[..., str], Callable[..., list[str]]]] = {
    "times": (
        "×",
        lambda a, b: f"{number(a)} · {factor(b)}",
        lambda a, b: [f"the other factor {number(b)}", f"the other factor {number(a)}"],
    ),
    "plus": ("+", lambda a, b: f"{number(a)} + {factor(b)}", lambda a, b: ["1", "1"]),
    "relu": (
        "relu",
        lambda a: f"relu({number(a)})",
        lambda a: [
            f"{'1' if a > 0 else '0'}, because {number(a)} is {'' if a > 0 else 'not '}above 0,"
        ],
    ),
    "square": (
        "sq",
        lambda a: f"{factor(a)}²",
        lambda a: [f"{number(2 * a)}, twice its input,"],
    ),
}


def computation_graph_figure(
    formula: str, nodes: Sequence[tuple[str, bp.Value, str, tuple[float, float]]]
) -> None:
    """Show a computation graph that the reader steps through, forward and then backward.

    formula: the expression as text. nodes: (name, value, operation, position) of every node; the
    last one is the loss. operation: a key of OPERATIONS, or "" for a given number. position: the
    distance along the way from the inputs to the loss, and the distance across it.
    """
    names = {value: name for name, value, _, _ in nodes}
    kinds = {value: kind for _, value, kind, _ in nodes}
    loss = nodes[-1][1]
    order = [v for v in bp.topological_order(loss) if v.parents]
    count = 2 * len(order) + 1
    given = {names[v]: f"{names[v]} = {number(v.data)}" for v in names if not v.parents}
    steps: list[dict[str, Any]] = [
        {"values": given, "grads": {}, "text": f"Given: {', '.join(given.values())}."}
    ]
    for v in order:
        label = f"{names[v]} = {number(v.data)}"
        calculation = OPERATIONS[kinds[v]][1](*(p.data for p in v.parents))
        text = f"forward through {kinds[v]}: {names[v]} = {calculation} = {number(v.data)}."
        steps.append({"node": names[v], "values": {names[v]: label}, "grads": {}, "text": text})

    parts: dict[bp.Value, list[float]] = {v: [] for v in names}
    parts[loss].append(1.0)
    grads = {names[loss]: f"d{names[loss]} = 1"}
    text = f"the turn: the slope of {names[loss]} with respect to itself is 1, d{names[loss]} = 1."
    steps.append({"values": {}, "grads": grads, "text": text})
    uses = {v: sum(child.parents.count(v) for child in order) for v in names}
    for v in reversed(order):
        upstream = sum(parts[v])
        words = OPERATIONS[kinds[v]][2](*(p.data for p in v.parents))
        text, grads = f"backward through {kinds[v]}:", {}
        for parent, word, part in zip(v.parents, words, v.send_back(upstream), strict=True):
            parts[parent].append(part)
            name = names[parent]
            text += f" for {name}, upstream {number(upstream)} times {word} gives {number(part)}"
            so_far = f"d{name} = {number(parts[parent][0])}"
            so_far += "".join(f" + {factor(p)}" for p in parts[parent][1:])
            if len(parts[parent]) > 1:
                so_far += f" = {number(sum(parts[parent]))}"
                text += f", and with what has already come back {so_far}"
            if len(parts[parent]) < uses[parent]:
                so_far += " + …"
                text += ", and more is to come"
            grads[name] = so_far
            text += ";"
        steps.append({"node": names[v], "values": {}, "grads": grads, "text": text[:-1] + "."})
    for k, step in enumerate(steps[1:], 1):
        step["text"] = f"Step {k} of {count}, {step['text']}"
    data = {
        "label": f"Computation graph of {formula}",
        "plain": "All steps",
        "nodes": [
            {
                "name": n,
                "sign": OPERATIONS[kind][0] if kind else n,
                "given": not kind,
                "at": at,
                "from": [names[p] for p in v.parents],
            }
            for n, v, kind, at in nodes
        ],
        "steps": steps,
    }
    items = "".join(f"<li>{escape(step['text'])}</li>" for step in steps)
    show("computation-graph", data, f"<p>{escape(data['label'])}, all steps:</p><ul>{items}</ul>")


# ---- <descent-surface> --------------------------------------------------------------------------


def sgd(w: Array, dw: Array, state: dict, lr: float) -> tuple[Array, dict]:
    """Take a plain gradient step, with the arguments and results of the other optimisers."""
    ((first, second),) = bp.sgd_step([(w[:1], w[1:])], [(dw[:1], dw[1:])], lr)
    return np.concatenate([first, second]), state


METHODS: dict[str, Callable[..., tuple[Array, dict]]] = {
    "plain": sgd,
    "momentum": lambda w, dw, state, lr: bp.momentum_step(w, dw, state, lr, mu=0.9),
    "Adam": lambda w, dw, state, lr: bp.adam_step(
        w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8
    ),
}


def slopes(loss: Callable[..., bp.Value], w: Array) -> tuple[float, Array]:
    """Return the loss and its gradient at w, computed with `backprop.Value`."""
    values = [bp.Value(v) for v in w]
    out = loss(*values)
    out.backward()
    return out.data, np.array([v.grad for v in values])


def descend(
    loss: Callable[..., bp.Value], start: Sequence[float], method: str, lr: float, steps: int
) -> list[list[float]]:
    """Run gradient descent; return [w1, w2, loss, dw1, dw2] at the start and after each step."""
    w, state, run = np.array(start, dtype=float), {}, []
    for _ in range(steps + 1):
        height, dw = slopes(loss, w)
        run.append([*w, height, *dw])
        w, state = METHODS[method](w, dw, state, lr)
    return run


@dataclass(frozen=True)
class Surface:
    """A loss of two weights, and how it is drawn.

    loss: a function of two bp.Values that returns one. levels: the values of the loss at which
    contour lines are drawn. view: left, right, bottom and top of the drawing.
    """

    loss: Callable[..., bp.Value]
    formula: str
    minimum: Sequence[float]
    levels: Sequence[float]
    view: Sequence[float]


def descent_figure(
    surface: Surface, start: Sequence[float], rates: Sequence[float], steps: int = 30
) -> None:
    """Show runs of gradient descent on a surface, so that the reader can compare learning rates."""
    loss, formula, minimum = surface.loss, surface.formula, surface.minimum
    runs = {m: [descend(loss, start, m, lr, steps) for lr in rates] for m in METHODS}
    left, right, bottom, top = surface.view
    x, y = np.meshgrid(np.linspace(left, right, 61), np.linspace(bottom, top, 61))
    z = np.vectorize(lambda a, b: slopes(loss, np.array([a, b]))[0])(x, y)
    lines = [line for level in surface.levels for line in contour_generator(x, y, z).lines(level)]
    data = {
        "label": f"Contour lines of {formula} and a path of gradient descent",
        "plain": "Table",
        "view": list(surface.view),
        "minimum": list(minimum),
        "contours": [np.round(line[::2], 2).tolist() for line in lines],
        "rates": list(rates),
        "runs": {
            m: [[[float(f"{v:.5g}") for v in state] for state in run] for run in both]
            for m, both in runs.items()
        },
        "diverges": {m: [run[-1][2] > run[0][2] for run in both] for m, both in runs.items()},
    }
    rows = [
        [number(lr), *(number(runs[m][i][-1][2], 3) for m in METHODS)] for i, lr in enumerate(rates)
    ]
    caption = (
        f"{formula}: loss after {steps} steps from ({number(start[0])}, {number(start[1])}), "
        f"where it is {number(runs['plain'][0][0][2])}."
    )
    show("descent-surface", data, table(caption, ["learning rate", *METHODS], rows))


# ---- <vanishing-gradient> -----------------------------------------------------------------------

ACTIVATIONS = {
    "sigmoid": (bp.sigmoid_forward, bp.sigmoid_backward),
    "tanh": (bp.tanh_forward, bp.tanh_backward),
    "ReLU": (bp.relu_forward, bp.relu_backward),
}
# The variance of the initial weights, as a multiple of 1 / fan-in.
STARTS = {
    "too small, 0.25 / fan-in": 0.25,
    "1 / fan-in": 1.0,
    "He, 2 / fan-in": 2.0,
    "too large, 4 / fan-in": 4.0,
}
DEPTHS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30)


def gradient_sizes(x: Array, y: Array, depth: int, activation: str, variance: float) -> list[float]:
    """Return the norm of dW in every layer before any training, starting with the first layer.

    The network has 64 neurons in each hidden layer, and 10 outputs with softmax and cross-entropy.
    The weights have a normal distribution with the variance `variance` / fan-in; the biases are 0.
    """
    forward, backward = ACTIVATIONS[activation]
    rng, out, caches = np.random.default_rng(0), x, []
    for layer in range(depth):
        fan_in, fan_out = out.shape[1], 10 if layer == depth - 1 else 64
        W = rng.normal(scale=np.sqrt(variance / fan_in), size=(fan_in, fan_out))
        z, linear_cache = bp.linear_forward(out, W, np.zeros(fan_out))
        out, activation_cache = forward(z) if layer < depth - 1 else (z, None)
        caches.append((linear_cache, activation_cache))
    _, dout = bp.softmax_cross_entropy(out, y)
    sizes = []
    for linear_cache, activation_cache in reversed(caches):
        if activation_cache is not None:
            dout = backward(dout, activation_cache)
        dout, dW, _ = bp.linear_backward(dout, linear_cache)
        sizes.append(float(np.linalg.norm(dW)))
    return sizes[::-1]


def vanishing_figure(examples: int = 200) -> None:
    """Show the size of dW in each layer for every depth, activation and initial variance."""
    digits = bp.load_digits()
    x, y = digits.x_train[:examples], digits.y_train[:examples]
    sizes = {
        a: {s: [gradient_sizes(x, y, d, a, v) for d in DEPTHS] for s, v in STARTS.items()}
        for a in ACTIVATIONS
    }
    data = {
        "label": "Bars: the size of dW in each layer, on a logarithmic axis",
        "plain": "Table",
        "depths": DEPTHS,
        "start": [DEPTHS.index(20), "sigmoid", "1 / fan-in"],
        "sizes": {
            a: {s: [[float(f"{v:.4g}") for v in run] for run in runs] for s, runs in by.items()}
            for a, by in sizes.items()
        },
    }
    at = DEPTHS.index(20)
    rows = [
        [a, s, f"{runs[at][0]:.1e}".replace("-", "−"), f"{runs[at][-1]:.1e}".replace("-", "−")]
        for a, by in sizes.items()
        for s, runs in by.items()
    ]
    head = ["activation", "variance of the weights", "first layer", "last layer"]
    caption = "The size of dW in networks of 20 layers, before any training."
    show("vanishing-gradient", data, table(caption, head, rows, names=2))
