"""Inputs on which a network with ReLU has a slope, and does something."""

from collections.abc import Callable
from typing import Any

import numpy as np


def off_the_kinks(draw: Callable[[], Any], pre_activations: Callable[[Any], list[Any]]) -> Any:
    """Draw until ReLU cuts some entries and keeps some, in every layer and none near its kink."""
    while True:
        drawn = draw()
        layers = pre_activations(drawn)
        if all(np.abs(z).min() > 1e-2 and (z > 0).any() and (z < 0).any() for z in layers):
            return drawn
