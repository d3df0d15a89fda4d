"""A figure that the grader knows is not drawn again, and nobody is shown one that was not made."""

import secrets

import pytest

from autograder.grading.assignment import Assignment
from autograder.grading.figures import course_figures
from autograder.grading.notebook import is_try_out
from autograder.sandbox.client import Figures, QuestionSet
from autograder.sandbox.inside.messages import KNOWN_FIGURE
from support.notebooks import solved_cells

pytestmark = pytest.mark.sandbox

START = "import matplotlib.pyplot as plt\nimport numpy as np\nx = np.linspace(0, 1, 50)\n"
FIGURE = START + "plt.plot(x, x**2, label='a')\nplt.legend()\nplt.show()"
OTHERS = {
    "another_number": FIGURE.replace("x**2", "x**2 + 1e-4"),
    "another_label": FIGURE.replace("'a'", "'b'"),
    "another_colour": FIGURE.replace("label", "color='red', label"),
    "another_size": FIGURE.replace("plt.plot", "plt.figure(figsize=(3, 3))\nplt.plot"),
    "another_limit": FIGURE.replace("plt.legend()", "plt.legend()\nplt.xlim(0, 2)"),
    "another_setting": "import matplotlib\nmatplotlib.rcParams['lines.linewidth'] = 9\n" + FIGURE,
    "far_from_zero": FIGURE.replace("x**2", "x * 1e-9 + 1e9"),
    "one_line_more": FIGURE.replace("plt.legend()", "plt.plot(x)\nplt.legend()"),
}
NONE = QuestionSet([])


def run(sandbox, cells, figures):
    """Return the pictures of a job, and the fingerprints of those that it had to draw."""
    with sandbox.job(cells, NONE, figures) as job:
        return [p for run in job.cells() for p in run.pictures], job.unknown


@pytest.fixture(scope="module")
def known(sandbox):
    """One known figure. Its picture is another one, so that a test can see where it comes from."""
    salt = secrets.token_hex(16)
    _, (fingerprint,) = run(sandbox, [FIGURE], Figures(salt))
    (other,), _ = run(sandbox, [START + "plt.plot(x)"], Figures(salt))
    return Figures(salt, {fingerprint: other})


def test_a_known_figure_is_not_drawn_again(sandbox, known):
    again = FIGURE.replace("x**2", "x * x")  # the same numbers but for rounding
    for cell in (FIGURE, again, f"y = 1\n{FIGURE}"):
        assert run(sandbox, [cell], known) == (list(known.pictures.values()), [])


@pytest.mark.parametrize("cell", OTHERS.values(), ids=OTHERS)
def test_a_figure_that_differs_in_anything_is_drawn(sandbox, known, cell):
    (picture,), (fingerprint,) = run(sandbox, [cell], known)
    assert picture not in known.pictures.values()
    assert fingerprint not in known.pictures


PAIRS = {
    "masked": ("plt.imshow(A)", "plt.imshow(np.ma.masked_where(A % 3 == 0, A))"),
    "large_numbers": ("plt.plot(1e9 + y)", "plt.plot(1e9 + 1.2 * y)"),
    "small_numbers": ("plt.semilogy(1e-50 * 10**-y)", "plt.semilogy(1e-50 * 10**(-30 * y))"),
    "huge_numbers": ("plt.semilogy(1e50 * 10**y)", "plt.semilogy(1e50 * 10**(20 * y))"),
    "labels_of_a_function": (
        "def label(x, i): return 'a'\nplt.gca().xaxis.set_major_formatter(label)",
        "def label(x, i): return 'b'\nplt.gca().xaxis.set_major_formatter(label)",
    ),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_figures_that_differ_have_other_fingerprints(sandbox, known, pair):
    data = "A = np.arange(25.0).reshape(5, 5)\ny = np.arange(10.0)\n"
    drawn = [run(sandbox, [START + data + draw], known) for draw in pair]
    (((one,), names), ((other,), others)) = drawn
    assert one != other
    assert not set(names) & set(others)


def test_the_pictures_of_the_course_are_those_that_a_student_would_draw(sandbox):
    cells = [cell for cell in solved_cells("03-backward") if not is_try_out(cell)]
    figures = course_figures(sandbox, "03-backward", cells)
    drawn, _ = run(sandbox, cells, Figures())
    assert len(figures.pictures) == len(drawn) >= 2
    assert run(sandbox, cells, figures) == (drawn, [])


def test_a_name_without_the_figure_shows_nothing(sandbox, known):
    """A job has the salt, so it can name a figure if it has the whole content, and only then."""
    show = "from IPython.display import display\nimport base64\ndef show(data):\n    data = "
    show += "{'image/png': base64.b64encode(data).decode()}\n    display(data, raw=True)"
    names = [KNOWN_FIGURE + b"0" * 64, KNOWN_FIGURE, KNOWN_FIGURE + b"\xff" * 1000]
    assert run(sandbox, [show, *(f"show({name!r})" for name in names)], known)[0] == []
    (fingerprint,) = known.pictures
    named = run(sandbox, [show, f"show({KNOWN_FIGURE + fingerprint.encode()!r})"], known)[0]
    assert named == list(known.pictures.values())  # so the test above is about the right message


def test_another_sandbox_gives_a_figure_another_fingerprint(sandbox, known):
    _, (fingerprint,) = run(sandbox, [FIGURE], Figures(secrets.token_hex(16)))
    assert fingerprint not in known.pictures


def test_where_nobody_looks_nothing_is_drawn(sandbox):
    assert run(sandbox, [FIGURE, "print(1)"], None) == ([], [])


def test_every_assignment_that_draws_has_known_figures(sandbox):
    cells = Assignment.of_course("03-backward").released["cells"]
    assert any("plt.show()" in cell["source"] for cell in cells)
    assert course_figures(sandbox, "no-such-assignment", [FIGURE]) == Figures()
