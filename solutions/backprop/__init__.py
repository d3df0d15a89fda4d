"""Backpropagation in plain NumPy: the code that the book uses and that students write.

All parts have the same interface. `thing_forward(x, ...)` returns `(out, cache)`, and
`thing_backward(dout, cache)` returns the gradients in the order of the inputs. A loss with gradient
returns `(loss, dinput)`. Rows are examples. Inputs and upstream gradients
may also be lists, or hold integers. Results are float64, except for labels and bits, which are
integers. No function changes its arguments or a cache.
"""

from .activations import *
from .attention import *
from .beyond_backprop import *
from .calculus import *
from .checkpointing import *
from .classifier import *
from .convolution import *
from .counting import *
from .data import *
from .deep_networks import *
from .digits_training import *
from .dropout import *
from .dual import *
from .embedding import *
from .engine import *
from .gradients import *
from .initialisation import *
from .labels import *
from .layers import *
from .losses import *
from .network import *
from .neuron import *
from .normalisation import *
from .optimisers import *
from .recurrent import *
from .second_order import *

# Each module names in its own `__all__` what it gives; here are all of them together.
__all__ = sorted(
    name
    for name, value in list(globals().items())
    if getattr(value, "__module__", "").startswith(f"{__name__}.")
)
