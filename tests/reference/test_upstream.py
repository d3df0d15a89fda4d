"""An upstream gradient may be a list or hold integers, also where test_reference.py has no row."""

import numpy as np
import pytest

import backprop as bp

RNG = np.random.default_rng(2)


def draw(*shape):
    return RNG.integers(-9, 10, size=shape) / 4


class Twice:
    """A layer of a chain that doubles its input and has no weights."""

    def forward(self, a):
        return 2 * a

    def backward(self, dout, a):
        return 2.0 * dout, np.zeros(0)


NORM = draw(4, 3), draw(3), draw(3)
_, LINEAR = bp.linear_forward(draw(4, 3), draw(3, 2), draw(2))
RNN = draw(2, 3, 4), draw(2, 5), draw(4, 5), draw(5, 5), draw(5)
LSTM = draw(4, 3), draw(4, 2), draw(4, 2), draw(3, 8), draw(2, 8), draw(8)

# For each function: a cache, and the shapes of its upstream gradients.
BACKWARD = {
    "attention_backward": (bp.attention_forward(draw(4, 3), draw(5, 3), draw(5, 2))[1], (4, 2)),
    "batchnorm_backward": (bp.batchnorm_forward(*NORM, 0.1)[1], (4, 3)),
    "batchnorm_eval_backward": (
        bp.batchnorm_eval_forward(*NORM, draw(3), draw(3) ** 2, 0.1)[1],
        (4, 3),
    ),
    "conv2d_backward": (
        bp.conv2d_forward(draw(2, 3, 4, 5), draw(2, 3, 2, 3), draw(2), 1, 0)[1],
        (2, 2, 3, 3),
    ),
    "dropout_backward": (bp.dropout_forward(draw(4, 3), 0.5, RNG)[1], (4, 3)),
    "embedding_backward": (bp.embedding_forward([[0, 2], [2, 1]], draw(3, 4))[1], (2, 2, 4)),
    "layernorm_backward": (bp.layernorm_forward(*NORM, 0.1)[1], (4, 3)),
    "lstm_step_backward": (bp.lstm_step_forward(*LSTM)[2], (4, 2), (4, 2)),
    "maxpool2d_backward": (bp.maxpool2d_forward(draw(2, 3, 4, 6), 2, 2)[1], (2, 3, 2, 3)),
    "mlp_backward": (
        bp.mlp_forward([(draw(3, 4), draw(4)), (draw(4, 2), draw(2))], draw(4, 3))[1],
        (4, 2),
    ),
    "residual_backward": (bp.residual_forward(draw(4, 3), draw(3, 2), draw(2, 3))[1], (4, 3)),
    "rnn_backward": (bp.rnn_forward(*RNN)[1], (2, 3, 5)),
    "softmax_backward": (bp.softmax(draw(4, 3)), (4, 3)),
    "rmsnorm_backward": (bp.rmsnorm_forward(draw(4, 3), draw(3), 0.1)[1], (4, 3)),
    "causal_attention_backward": (
        bp.causal_attention_forward(draw(4, 3), draw(4, 3), draw(4, 2))[1],
        (4, 2),
    ),
    "multi_head_backward": (
        bp.multi_head_forward(draw(3, 4), *(draw(4, 4) for _ in range(4)), 2)[1],
        (3, 4),
    ),
}
CALLS = {name: (getattr(bp, name), *rest) for name, rest in BACKWARD.items()}
CALLS |= {
    "linear_backward_input": (bp.linear_backward_input, LINEAR, (4, 2)),
    "linear_backward_weight": (bp.linear_backward_weight, LINEAR, (4, 2)),
    "gradient_norms": (
        lambda dout, W: bp.gradient_norms([W], "relu", np.ones((4, 3)), dout),
        draw(3, 2),
        (4, 2),
    ),
    "checkpointed_gradient": (
        lambda dout, layers: bp.checkpointed_gradient(layers, np.ones((4, 3)), dout, 2),
        [Twice()] * 3,
        (4, 3),
    ),
}


def arrays(result):
    """Return the arrays in a result, also those inside its lists and tuples."""
    if isinstance(result, list | tuple):
        return [array for part in result for array in arrays(part)]
    return [result]


@pytest.mark.parametrize("name", CALLS)
def test_an_upstream_gradient_may_be_a_list(name):
    function, cache, *shapes = CALLS[name]
    for douts in ([draw(*s) for s in shapes], [RNG.integers(-3, 4, size=s) for s in shapes]):
        expected = arrays(function(*(d.astype(float) for d in douts), cache))
        for ours in (function(*(d.tolist() for d in douts), cache), function(*douts, cache)):
            for a, b in zip(arrays(ours), expected, strict=True):
                assert a.dtype == np.float64
                np.testing.assert_array_equal(a, b)
