"""Inputs for networks with ReLU at which all slopes exist."""

from collections.abc import Callable
from typing import Any

import numpy as np


def off_the_kinks(draw: Callable[[], Any], pre_activations: Callable[[Any], list[Any]]) -> Any:
    """Return inputs for which no entry before a ReLU is near its kink at 0.

    Every layer also has positive and negative entries. draw(): makes inputs, and is called until
    they fit. pre_activations(inputs): returns the array before each ReLU.
    """
    while True:
        drawn = draw()
        layers = pre_activations(drawn)
        if all(np.abs(z).min() > 1e-2 and (z > 0).any() and (z < 0).any() for z in layers):
            return drawn
