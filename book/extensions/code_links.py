"""Show hidden code by a quiet link below the figure that it draws.

MyST-NB puts the code of a cell with the tag `hide-input` above its output. Here it moves below, so
that the figure follows the sentence that announces it. A hidden cell without output, such as the
imports of a chapter, gets the link "set-up".
"""

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

SIGN = '<span aria-hidden="true">‹›</span> '
WORDS = {"figure": ("code", "hide the code"), "set-up": ("set-up", "hide the set-up")}


def move_below(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Move hidden code behind the output of its cell."""
    for hidden in list(doctree.findall(HideCodeCellNode)):
        cell = hidden.parent
        hidden["words"] = WORDS["figure" if any(cell.findall(_is_output)) else "set-up"]
        if cell.index(hidden) == 0 and _is_output(cell[-1]):
            cell.remove(hidden)
            cell.append(hidden)


def _is_output(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code_output"


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
    return {"parallel_read_safe": True, "parallel_write_safe": True}
