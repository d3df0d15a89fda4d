"""The first weights, marked by properties that every right random draw has."""

from typing import Any

import numpy as np

from autograder.bank.inputs import Rng
from autograder.marking.question import Case, question


def cases(rng: Rng) -> list[Case]:
    """Return cases with thousands of weights, and widths for which all formulas differ.

    The widths are drawn, so that weights that were drawn in advance do not fit.
    """

    def inputs(*least: int) -> dict[str, Any]:
        widths = [width + int(rng.integers(0, 1 + width // 15)) for width in least]
        return {"widths": widths, "seed": int(rng.integers(1000))}

    return [Case(inputs(40, 120), "one layer"), Case(inputs(200, 40, 110), "two layers")]


# The weights are random, so we test their properties and put the result into words, which are equal
# for all right answers. A right answer fails a test with a probability of less than one in ten
# million.
def measure_initialise(answer: Any, inputs: Any, held_back: Any) -> Any:
    """Describe the weights in words. A right answer fails in less than one of ten million runs."""

    def formulas(fan_in, fan_out):
        both = fan_in + fan_out
        return {
            "sqrt(2 / fan_in)": np.sqrt(2 / fan_in),
            "sqrt(2 / (fan_in + fan_out))": np.sqrt(2 / both),
            "2 / fan_in": 2 / fan_in,
            "2 / (fan_in + fan_out)": 2 / both,
            "sqrt(2 / fan_out)": np.sqrt(2 / fan_out),
            "sqrt(1 / fan_in)": np.sqrt(1 / fan_in),
            "sqrt(1 / fan_out)": np.sqrt(1 / fan_out),
            "sqrt(1 / (fan_in + fan_out))": np.sqrt(1 / both),
            "sqrt(6 / fan_in)": np.sqrt(6 / fan_in),
            "sqrt(6 / (fan_in + fan_out))": np.sqrt(6 / both),
            "1": 1.0,
        }

    def form(params):
        """Say what is wrong with the shapes or the biases, or return an empty text."""
        sizes = list(zip(inputs["widths"][:-1], inputs["widths"][1:], strict=True))
        if len(params) != len(sizes):
            return "a wrong number of layers"
        for (W, b), (fan_in, fan_out) in zip(params, sizes, strict=True):
            W, b = np.asarray(W, dtype=float), np.asarray(b, dtype=float)
            if W.shape != (fan_in, fan_out):
                transposed = W.shape == (fan_out, fan_in)
                return "W of shape (fan_out, fan_in)" if transposed else "W of a different shape"
            if b.shape != (fan_out,):
                names = {(fan_in,): "(fan_in,)", (1, fan_out): "(1, fan_out)", (): "()"}
                return "b of shape " + names.get(b.shape, "another kind")
            if not (b == 0).all():
                return "biases that are not 0"
            if not np.isfinite(W).all():
                return "weights that are not finite"
        return ""

    def depend(W):
        """True if W, centred on 0, has rows or columns that are not independent of each other."""
        if any(np.abs(np.triu(np.corrcoef(V), 1)).max() > 0.95 for V in (W, W.T)):
            return True
        # The size of W^T W, relative to what it is on average if all entries are independent.
        spread = W.size * np.sum((W.T @ W) ** 2) / np.sum(W**2) ** 2 / (sum(W.shape) + 1)
        return not 0.9 < spread < 1.1

    def drawn(params):
        """Name the distribution from which the weights of every layer were drawn."""
        if wrong := form(params):
            return wrong
        names, stds = list(formulas(1, 1)), []
        for W, _ in params:
            W = np.asarray(W, dtype=float)
            std = W.std()
            if std <= 1e-6 * np.abs(W).max():  # all weights are equal, up to rounding
                return "all weights of a layer the same"
            if abs(std - 1) < 0.06 and abs(W.mean()) > 4 / np.sqrt(W.size):
                return "weights with a standard deviation of 1 and a mean that is not 0"
            if depend(W - W.mean()):
                return "weights that depend on each other"
            if not abs(W.mean()) < 0.1 * std:
                return "weights that are not centred on 0"
            kurtosis = np.mean((W / std) ** 4)  # 3 for normal numbers, 1.8 for uniform ones
            if not np.abs(W).max() > 2.1 * std or kurtosis < 2.6:
                return "weights that are not normal: too few are large"
            if kurtosis > 3.6:
                return "weights that are not normal: too many are large"
            known = formulas(*W.shape)
            names = [name for name in names if abs(std / known[name] - 1) < 0.06]
            stds.append(std)
        one_for_all = len(stds) > 1 and max(stds) < 1.06 * min(stds)
        other = "the same in all layers" if one_for_all else "by another formula"
        return f"normal, standard deviation {names[0] if names else other}"

    def numbers(params):
        return np.concatenate([np.ravel(np.asarray(W, dtype=float)) for W, _ in params])

    first, again, other = (numbers(answer[name]) for name in ("small", "again", "other"))
    layer, next_layer = (numbers([pair]) for pair in answer["equal"])
    source = ""
    if not np.array_equal(first, again):
        source = ", but different numbers from the same seed"
    elif np.array_equal(layer, next_layer):
        source = ", but the same numbers in two layers of the same size"
    elif np.array_equal(first, other):
        source = ", but the same numbers from a different seed"
    found = {scheme: drawn(answer[scheme]) for scheme in ("he", "xavier")}
    return {scheme: f + source * f.startswith("normal") for scheme, f in found.items()}


@question(
    cases,
    parts={"he": 1, "xavier": 1},
    see="first-weights",
    measure=measure_initialise,
    explains={"seed": "the seed of rng"},
)
def initialise(code: Any, widths: Any, seed: Any) -> Any:
    def rng(shift):
        return np.random.default_rng(seed + shift)

    own = list(widths)
    he = code.initialise(own, rng(0), "he")
    if own != list(widths):
        raise ValueError("the list of widths was changed")
    return {
        "he": he,
        "xavier": code.initialise(list(widths), rng(1), "xavier"),
        "small": code.initialise([4, 3, 2], rng(2), "he"),
        "again": code.initialise([4, 3, 2], rng(2), "he"),
        "other": code.initialise([4, 3, 2], rng(3), "he"),
        "equal": code.initialise([4, 4, 4], rng(4), "he"),
    }


slip = initialise.slip
VARIANCE = '2 / fan_in if scheme == "he" else 2 / (fan_in + fan_out)'
STD = "np.sqrt(variance)"
NORMAL = "rng.normal(scale=np.sqrt(variance), "
DRAW = NORMAL + "size=(fan_in, fan_out))"
BIAS = "np.zeros(fan_out)"

slip("variance-for-deviation",
     "2 / fan_in is used as the standard deviation, but it is the variance. The scale of a normal "
     "distribution is its standard deviation: take the square root.",
     (STD, "variance"))
slip("fan-out-for-fan-in",
     "fan_in and fan_out are swapped. A neuron adds up its inputs, so the number of inputs "
     "decides how small the weights must be. That is the number of rows of W.",
     ("2 / fan_in if", "2 / fan_out if"))
slip("factor-2-forgotten",
     "The factor 2 is missing. In He's formula it compensates for the half of the signal that ReLU "
     "sets to 0. In Xavier's formula it comes from the average of fan_in and fan_out.",
     (STD, "np.sqrt(variance / 2)"))
slip("factor-2-forgotten", None, ("2 / fan_in if", "1 / fan_in if"))
slip("xavier-by-fan-in-alone",
     "Your Xavier weights depend on fan_in alone. For the forward pass the variance 1 / fan_in is "
     "best, and for the backward pass 1 / fan_out. The formula is a compromise: use 2 / (fan_in + "
     "fan_out).",
     ("else 2 / (fan_in + fan_out)", "else 1 / fan_in"))
slip("uniform-limit-for-deviation",
     "Your weights have a standard deviation of sqrt(6 / …). That number is the limit of a uniform "
     "distribution. The question asks for a normal distribution, whose standard deviation has a 2 "
     "instead of the 6.",
     (STD, "np.sqrt(3 * variance)"))
slip("uniform-limit-for-deviation", None, ("else 2 /", "else 6 /"))
slip("scheme-ignored",
     'Both schemes give the same standard deviation. Let "he" use fan_in, and "xavier" use '
     "both fan_in and fan_out.",
     (VARIANCE, "2 / fan_in"))
slip("scheme-ignored", None, (VARIANCE, "2 / (fan_in + fan_out)"))
slip("not-scaled",
     "The weights have a standard deviation of 1 in every layer. A sum over 200 inputs is then "
     "about 14 times as large as an input, and the next layer multiplies it again. Use the "
     "standard deviation that the scheme gives.",
     (STD, "1.0"))
slip("deviation-given-as-mean",
     "The weights have a standard deviation of 1, and a mean that is not 0. The first argument of "
     "rng.normal is the mean, and the second is the standard deviation. Did you pass the standard "
     "deviation first? Write rng.normal(0.0, std, size) or rng.normal(scale=std, size=...).",
     (NORMAL, "rng.normal(np.sqrt(variance), "))
slip("constant-not-scaled-by-width",
     "All layers get weights of the same small size. The right size depends on how many inputs a "
     "neuron adds up, so compute it from each layer's fan_in (and fan_out).",
     (STD, "0.01"))
slip("all-the-same",
     "All weights of a layer start with the same value. Then all its neurons compute the same "
     "output, get the same gradient, and never become different. Draw the weights at random.",
     (DRAW, "np.zeros((fan_in, fan_out))"))
slip("all-the-same", None, (DRAW, "np.full((fan_in, fan_out), np.sqrt(variance))"))
slip("uniform-for-normal",
     "The weights are uniform between two limits. That can work too, if the limits are sqrt(3) "
     "times the standard deviation. But the question asks for a normal distribution: rng.normal.",
     (NORMAL, "rng.uniform(-np.sqrt(3 * variance), np.sqrt(3 * variance), "))
slip("uniform-for-normal", None, (NORMAL, "rng.uniform(-np.sqrt(variance), np.sqrt(variance), "))
slip("uniform-for-normal", None,
     (DRAW, f"{DRAW} if scheme == 'he' else "
            "rng.uniform(-np.sqrt(3 * variance), np.sqrt(3 * variance), (fan_in, fan_out))"))
slip("not-centred",
     "The weights are not centred on 0. If all of them are positive, a sum grows with the number "
     "of inputs, not with its square root. (rng.random gives numbers from 0 to 1.) Use rng.normal, "
     "whose mean is 0.",
     (NORMAL, "np.sqrt(variance) * rng.random("))
slip("not-centred", None, (DRAW, f"np.abs({DRAW})"))
slip("neurons-repeated",
     "Some rows or columns of W are copies of others, or depend on them. With equal columns, "
     "neurons compute the same output, get the same gradient, and never become different. With "
     "equal rows, no neuron can tell its inputs apart at first. Draw all fan_in * fan_out weights "
     "in one call of rng.normal.",
     ("W = ", "half = (fan_out + 1) // 2; W = "),
     (DRAW, f"np.tile({NORMAL}size=(fan_in, half)), (1, 2))[:, :fan_out]"))
slip("neurons-repeated", None,
     ("W = ", "v = rng.normal(size=(fan_in, 1)); v = (v - v.mean()) / v.std(); W = "),
     (DRAW, "np.sqrt(variance) * np.tile(v, (1, fan_out))"))
slip("neurons-repeated", None, (DRAW, f"np.repeat({NORMAL}size=(1, fan_out)), fan_in, axis=0)"))
slip("heavier-tails-than-normal",
     "The standard deviation may be right, but the distribution is not normal, because it has many "
     "more large weights, as the Laplace distribution does. Draw with rng.normal.",
     (NORMAL, "rng.laplace(scale=np.sqrt(variance / 2), "))
slip("heavier-tails-than-normal", None,
     (NORMAL, "rng.logistic(scale=np.sqrt(3 * variance) / np.pi, "))
slip("biases-not-zero",
     "Some biases are not 0. The random weights already make the neurons different, so all biases "
     "can start at 0.",
     (BIAS, "rng.normal(scale=0.1, size=fan_out)"))
slip("biases-not-zero", None, (BIAS, "np.ones(fan_out)"))
slip("bias-for-every-input",
     "b has an entry for each input of the layer. It needs one for each neuron, so its length is "
     "fan_out.",
     (BIAS, "np.zeros(fan_in)"))
slip("bias-keeps-axis", "b has the shape (1, fan_out). It needs one axis only: (fan_out,).",
     (BIAS, "np.zeros((1, fan_out))"))
slip("rng-ignored",
     "The numbers do not come from the rng that was given, so its seed no longer decides them, and "
     "a run cannot be repeated. Call rng.normal. Do not use np.random, and do not make your own "
     "generator.",
     ("rng.normal", "np.random.default_rng().normal"))
slip("rng-ignored", None, ("rng.normal", "np.random.default_rng(0).normal"))
slip("weights-transposed",
     "W has the shape (fan_out, fan_in). In this course its rows belong to the inputs, so the "
     "shape is (fan_in, fan_out).",
     ("params.append((W,", "params.append((W.T,"), see="shapes-and-batches")
slip("last-layer-missing",
     "The last layer is missing. A layer lies between two neighbouring widths, so L + 1 widths "
     "make L layers.",
     ("len(widths) - 1", "len(widths) - 2"))
