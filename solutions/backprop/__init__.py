"""Backpropagation in plain NumPy: the code that the book uses and that students write.

All parts have the same interface. `thing_forward(x, ...)` returns `(out, cache)`, and
`thing_backward(dout, cache)` returns the gradients in the order of the inputs. A loss with gradient
returns `(loss, dinput)`. Rows are examples. No function changes its arguments or a cache.
"""

from .activations import (
    log_probabilities,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    softmax,
    tanh_backward,
    tanh_forward,
)
from .attention import attention_backward, attention_forward
from .beyond_backprop import feedback_alignment_grads, forward_forward_loss
from .calculus import (
    chain_rule_toy,
    jacobian,
    layer_deltas,
    softmax_backward,
    softmax_jacobian,
    unbroadcast,
)
from .checkpointing import checkpointed_gradient
from .classifier import classifier_gradients, classifier_loss, make_batches, momentum_update
from .convolution import (
    conv2d_backward,
    conv2d_forward,
    maxpool2d_backward,
    maxpool2d_forward,
)
from .counting import count_evaluations
from .data import Digits, load_digits
from .deep_networks import clip_by_global_norm, gradient_norms, residual_backward, residual_forward
from .digits_training import train_digits
from .dropout import dropout_backward, dropout_forward
from .dual import Dual
from .embedding import embedding_backward, embedding_forward
from .engine import Value, topological_order
from .gradients import grad_check, numerical_gradient
from .initialisation import initialise
from .layers import (
    linear_backward,
    linear_backward_input,
    linear_backward_weight,
    linear_forward,
)
from .losses import cross_entropy, hinge_loss, mse, mse_loss, softmax_cross_entropy
from .network import mlp_backward, mlp_forward, mlp_loss, sgd_step, train, train_step
from .neuron import (
    gate_weights,
    half_adder,
    layer,
    neuron,
    perceptron_update,
    sigmoid,
    step_neuron,
    xor_network,
)
from .normalisation import (
    batchnorm_backward,
    batchnorm_eval_backward,
    batchnorm_eval_forward,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
)
from .optimisers import adam_step, momentum_step, rmsprop_step
from .recurrent import lstm_step_backward, lstm_step_forward, rnn_backward, rnn_forward
from .second_order import hessian_vector_product

__all__ = [
    "Digits",
    "Dual",
    "Value",
    "adam_step",
    "attention_backward",
    "attention_forward",
    "batchnorm_backward",
    "batchnorm_eval_backward",
    "batchnorm_eval_forward",
    "batchnorm_forward",
    "chain_rule_toy",
    "checkpointed_gradient",
    "classifier_gradients",
    "classifier_loss",
    "clip_by_global_norm",
    "conv2d_backward",
    "conv2d_forward",
    "count_evaluations",
    "cross_entropy",
    "dropout_backward",
    "dropout_forward",
    "embedding_backward",
    "embedding_forward",
    "feedback_alignment_grads",
    "forward_forward_loss",
    "gate_weights",
    "grad_check",
    "gradient_norms",
    "half_adder",
    "hessian_vector_product",
    "hinge_loss",
    "initialise",
    "jacobian",
    "layer",
    "layer_deltas",
    "layernorm_backward",
    "layernorm_forward",
    "linear_backward",
    "linear_backward_input",
    "linear_backward_weight",
    "linear_forward",
    "load_digits",
    "log_probabilities",
    "lstm_step_backward",
    "lstm_step_forward",
    "make_batches",
    "maxpool2d_backward",
    "maxpool2d_forward",
    "mlp_backward",
    "mlp_forward",
    "mlp_loss",
    "momentum_step",
    "momentum_update",
    "mse",
    "mse_loss",
    "neuron",
    "numerical_gradient",
    "perceptron_update",
    "relu_backward",
    "relu_forward",
    "residual_backward",
    "residual_forward",
    "rmsprop_step",
    "rnn_backward",
    "rnn_forward",
    "sgd_step",
    "sigmoid",
    "sigmoid_backward",
    "sigmoid_forward",
    "softmax",
    "softmax_backward",
    "softmax_cross_entropy",
    "softmax_jacobian",
    "step_neuron",
    "tanh_backward",
    "tanh_forward",
    "topological_order",
    "train",
    "train_digits",
    "train_step",
    "unbroadcast",
    "xor_network",
]
