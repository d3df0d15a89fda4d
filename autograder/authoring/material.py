"""The questions and right answers that an exercise text may name, and the blocks that name them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import backprop

from ..bank import MANUAL_QUESTIONS, QUESTIONS
from ..marking.question import ManualQuestion, Question

# A block in the text of an exercise that becomes cells: its kind, the names after it, and its body.
FENCE = re.compile(
    r"^```\{(code|try|given|answer|check|manual)\}[ ]*(.*?)\n(.*?)^```[ ]*$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Material:
    """The questions by their ids, and the right answers by the names of their functions."""

    questions: Mapping[str, Question | ManualQuestion]
    reference: dict[str, Any]

    def with_points(self, points: Mapping[str, float]) -> "Material":
        """Return the material with other points for some questions."""
        changed = {id: self.questions[id].worth(worth) for id, worth in points.items()}
        return Material({**self.questions, **changed}, self.reference)


COURSE = Material({**QUESTIONS, **MANUAL_QUESTIONS}, vars(backprop))
