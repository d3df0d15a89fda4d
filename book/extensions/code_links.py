"""Show hidden code by a quiet link below the figure that it draws.

MyST-NB puts the code of a cell with the tag `hide-input` above its output. Here it moves below, so
that the figure follows the sentence that announces it. Cells that only import and set options are
hidden, too; they have the link "set-up".
"""

import ast

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

SIGN = '<span aria-hidden="true">‹›</span> '
WORDS = {"figure": ("code", "hide the code"), "set-up": ("set-up", "hide the set-up")}

OPTIONS = ("figures.use_style(", "np.set_printoptions(")


def move_below(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Move hidden code behind the output of its cell."""
    for cell in doctree.findall(_is_cell):
        has_output = any(cell.findall(_is_output))
        for hidden in [each for each in cell if isinstance(each, HideCodeCellNode)]:
            hidden["words"] = WORDS["figure" if has_output else "set-up"]
            if hidden is cell[0] and _is_output(cell[-1]):
                cell.pop(0)
                cell.append(hidden)


def _is_output(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code_output"


def hide_set_up(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Hide the cells that only import and set options, because they interrupt the text."""
    for cell in list(doctree.findall(_is_cell)):
        only = cell[0] if len(cell) == 1 else {}
        if only.get("nb_element") == "cell_code_source" and is_set_up(only.astext()):
            cell[0] = HideCodeCellNode("", only.deepcopy(), words=WORDS["set-up"])


def is_set_up(code: str) -> bool:
    """True if a piece of code only imports, and calls functions that set options."""
    return all(
        isinstance(each, ast.Import | ast.ImportFrom)
        or (isinstance(each, ast.Expr) and ast.unparse(each).startswith(OPTIONS))
        for each in ast.parse(code).body
    )


def _is_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def visit_hidden(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Open the hidden code with its link."""
    show, hide = node["words"]
    self.body.append(
        '<details class="hidden-code"><summary>'
        f'<span class="show">{SIGN}{show}</span><span class="hide">{SIGN}{hide}</span></summary>\n'
    )


def depart_hidden(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Close the hidden code."""
    self.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.setup_extension("myst_nb")
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden, depart_hidden))
    app.connect("doctree-resolved", move_below)
    app.connect("doctree-resolved", hide_set_up)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
