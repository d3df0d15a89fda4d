"""A directive for multiple-choice questions with an explanation of every choice.

    ::::{self-check}
    What is the slope of $x^2$ at 3?

    - [ ] 9

      That is the value.
    - [x] 6

      $2x$ at 3.
    ::::

The last list holds the choices, and exactly one of them is marked `[x]`. In each choice, the first
paragraph is its text and the rest is its explanation, which must not be missing. The page shows
radio buttons in a fieldset and the explanation of the selected choice. The style sheet shows and
hides the explanations, so no script is needed, and on paper it shows them all.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

MARKS = {"[ ]": False, "[x]": True}


class SelfCheck(nodes.General, nodes.Element):
    """A self-check: a `Question`, followed by its `Choice`s."""


class Question(nodes.Part, nodes.Element):
    """The text of the question: paragraphs, formulas and other blocks."""


class Choice(nodes.Part, nodes.Element):
    """One choice: its `ChoiceLabel` and its explanation. `right` is True for exactly one."""


class ChoiceLabel(nodes.Part, nodes.TextElement):
    """The text of a choice."""


class SelfCheckDirective(SphinxDirective):
    """The directive. A self-check with a mistake in its form is reported in one line."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the self-check. Raises DirectiveError if its form is wrong."""
        parsed = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, parsed)
        if not parsed.children or not isinstance(parsed[-1], nodes.bullet_list):
            raise self.error("self-check: end with a list of choices, '- [ ] ...' or '- [x] ...'")
        *asked, items = parsed.children
        choices = [self.choice(item) for item in items]
        if sum(each["right"] for each in choices) != 1:
            raise self.error("self-check: mark exactly one choice with [x]")
        number = self.env.new_serialno("self-check") + 1
        # The name is unique in the whole book, because the printed book is a single page.
        name = f"self-check-{nodes.make_id(self.env.docname)}-{number}"
        for letter, each in zip("abcdefgh", choices, strict=False):
            each["name"], each["input"] = name, f"{name}-{letter}"
        whole = SelfCheck("", Question("", *asked), *choices, number=number, name=name)
        self.set_source_info(whole)
        return [whole]

    def choice(self, item: nodes.Element) -> Choice:
        """Return one item of the list as a choice, without its mark.

        Raises DirectiveError if the mark or the explanation is missing.
        """
        first = item[0] if item.children else None
        mark = first.astext()[:3] if isinstance(first, nodes.paragraph) else ""
        if mark not in MARKS:
            raise self.error(f"self-check: a choice begins with [ ] or [x]: {item.astext()[:60]!r}")
        if len(item) < 2:
            raise self.error(f"self-check: a choice has no explanation: {item.astext()[:60]!r}")
        text = first[0]
        first.replace(text, nodes.Text(text.astext()[3:].lstrip()))
        label = ChoiceLabel(first.rawsource[3:].lstrip(), "", *first.children)
        label.source, label.line = first.source, first.line
        return Choice("", label, *item[1:], right=MARKS[mark])


def visit_self_check(self: HTML5Translator, node: SelfCheck) -> None:
    """Open the fieldset."""
    self.body.append(
        f'<fieldset class="self-check" id="{node["name"]}"'
        f' aria-describedby="{node["name"]}-question">'
        f"<legend>Self-check {node['number']}</legend>\n"
    )


def depart_self_check(self: HTML5Translator, node: SelfCheck) -> None:
    """Close the fieldset."""
    self.body.append("</fieldset>\n")


def visit_question(self: HTML5Translator, node: Question) -> None:
    """Open the question, to which the fieldset refers by its id."""
    self.body.append(f'<div id="{node.parent["name"]}-question">\n')


def visit_choice(self: HTML5Translator, node: Choice) -> None:
    """Open a choice with its radio button."""
    self.body.append(
        f'<div class="choice"><input type="radio" name="{node["name"]}" id="{node["input"]}"'
        ' autocomplete="off"/>\n'
    )


def visit_choice_label(self: HTML5Translator, node: ChoiceLabel) -> None:
    """Open the label of a choice."""
    # The letter lets people refer to the choice. It also gives the button a name that a screen
    # reader can say if the choice is only a formula.
    letter = node.parent["input"][-1].upper()
    self.body.append(f'<label for="{node.parent["input"]}"><b>{letter}</b> ')


def depart_choice_label(self: HTML5Translator, node: ChoiceLabel) -> None:
    """Close the label of a choice and open its explanation."""
    verdict = "Right." if node.parent["right"] else "Not quite."
    state = "right" if node.parent["right"] else "wrong"
    # A screen reader announces what appears in a live region only if the region is already there.
    self.body.append(
        f'</label>\n<div class="answer" aria-live="polite"><div class="why {state}">'
        f'<p class="verdict">{verdict}</p>\n'
    )


def depart_question(self: HTML5Translator, node: Question) -> None:
    """Close the question."""
    self.body.append("</div>\n")


def depart_choice(self: HTML5Translator, node: Choice) -> None:
    """Close the explanation and the choice."""
    self.body.append("</div></div></div>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.add_node(SelfCheck, html=(visit_self_check, depart_self_check))
    app.add_node(Question, html=(visit_question, depart_question))
    app.add_node(Choice, html=(visit_choice, depart_choice))
    app.add_node(ChoiceLabel, html=(visit_choice_label, depart_choice_label))
    app.add_directive("self-check", SelfCheckDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
