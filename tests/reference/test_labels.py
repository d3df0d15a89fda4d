"""Labels and targets that would give a wrong loss without an error are refused in one line."""

import numpy as np
import pytest

import backprop as bp

N, D, C = 4, 3, 3
SCORES = np.random.default_rng(0).normal(size=(N, C))
X = np.random.default_rng(1).normal(size=(N, D))
RIGHT = np.array([0, 2, 1, 2])
LAYERS = [(SCORES[:D], SCORES[0])]  # one layer, D inputs and C classes
CLASSIFIER = [np.ones((D, 2)), np.zeros(2), np.ones((2, C)), np.zeros(C)]

LOSSES = {
    "cross_entropy": lambda y: bp.cross_entropy(SCORES, y),
    "softmax_cross_entropy": lambda y: bp.softmax_cross_entropy(SCORES, y),
    "hinge_loss": lambda y: bp.hinge_loss(SCORES, y, 1.0),
    "classifier_loss": lambda y: bp.classifier_loss(CLASSIFIER, X, y, 0.1),
    "mlp_loss": lambda y: bp.mlp_loss(LAYERS, X, y, 0.1),
    "train_step": lambda y: bp.train_step(LAYERS, X, y, 0.1, 0.1),
    "train": lambda y: bp.train(LAYERS, X, y, 2, 0.1, 0.1),
}
WRONG = {
    "a column": (RIGHT[:, None], r"\(4, 1\)"),
    "one-hot rows": (np.eye(C, dtype=int)[RIGHT], r"\(4, 3\)"),
    "too few": (RIGHT[:3], r"\(3,\)"),
    "too many": (np.append(RIGHT, 0), r"\(5,\)"),
    "a single number": (np.array(1), r"\(\)"),
    "below 0": (np.array([0, -1, 1, 2]), r"-1"),
    "the number of classes": (np.array([0, 1, 3, 2]), r"from 0 to 2"),
    "floats": (RIGHT.astype(float), "float64"),
    "truth values": (RIGHT > 1, "bool"),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", WRONG)
def test_every_loss_refuses_wrong_labels_in_one_line(loss, kind):
    labels, said = WRONG[kind]
    with pytest.raises(ValueError, match=said) as refusal:
        LOSSES[loss](labels)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_labels_may_have_any_integer_type(dtype):
    for loss in (bp.softmax_cross_entropy, lambda scores, y: bp.hinge_loss(scores, y, 1.0)):
        (ours, gradient), (expected, same) = loss(SCORES, RIGHT.astype(dtype)), loss(SCORES, RIGHT)
        assert ours == expected
        np.testing.assert_array_equal(gradient, same)


@pytest.mark.parametrize("loss", [bp.cross_entropy, bp.softmax_cross_entropy])
def test_a_refusal_names_the_function_the_entry_and_the_way_out(loss):
    with pytest.raises(ValueError, match=rf"^{loss.__name__}: y\[1\] is -1, .*number the classes"):
        loss(SCORES, [0, -1, 1, -2])
    with pytest.raises(ValueError, match=r"y\.ravel\(\)"):
        loss(SCORES, RIGHT[:, None])


def test_a_single_row_of_scores_is_refused():
    with pytest.raises(ValueError, match=r"scores\[None, :\]"):
        bp.cross_entropy(SCORES[0], 2)


def test_the_losses_of_right_labels_are_those_of_torch(torch):
    theirs = torch.nn.functional.cross_entropy(torch.tensor(SCORES), torch.tensor(RIGHT))
    assert bp.cross_entropy(SCORES, RIGHT.tolist()) == pytest.approx(theirs.item(), rel=1e-12)


@pytest.mark.parametrize("y", [-1, 2, 0.5, np.array([1]), np.array([0, 1])])
def test_rosenblatts_rule_refuses_labels_other_than_0_and_1(y):
    with pytest.raises(ValueError, match="must be 0 or 1"):
        bp.perceptron_update(X[0], 0.0, X[1], y, 0.1)


@pytest.mark.parametrize("y", [RIGHT[:, None], RIGHT - 1, RIGHT.astype(float), RIGHT[:2]])
def test_the_training_program_refuses_wrong_labels(y):
    with pytest.raises(ValueError, match=r"^(train_digits|softmax_cross_entropy): y"):
        bp.train_digits(X, y, X, 0)


@pytest.mark.parametrize("ids", [[[0, -1]], [[0, 5]], [[0.0, 1.0]], [[True, False]]])
def test_an_embedding_refuses_ids_without_a_row(ids):
    with pytest.raises(ValueError, match=r"^embedding_forward: ids"):
        bp.embedding_forward(ids, np.ones((5, 2)))


@pytest.mark.parametrize("shape", [(N,), (N, 1), (1, C), (C,), ()])
def test_targets_that_would_broadcast_are_refused(shape):
    y = np.ones(shape)
    with pytest.raises(ValueError, match=r"^mse: pred"):
        bp.mse(SCORES, y)
    with pytest.raises(ValueError, match=r"^mse_loss: pred"):
        bp.mse_loss(SCORES, y)
    with pytest.raises(ValueError, match=r"^layer_deltas: y"):
        bp.layer_deltas(LAYERS, X, y)
    with pytest.raises(ValueError, match=r"^feedback_alignment_grads: y"):
        bp.feedback_alignment_grads(np.ones((D, 2)), np.ones((2, C)), np.ones((C, 2)), X, y)
