"""The table in docs/mutation.md agrees with the present bank."""

import re

from autograder.bank import ASSIGNMENTS, QUESTIONS
from support.places import ROOT

PAGE = ROOT / "docs" / "mutation.md"
ROW = re.compile(r"^\| (\d\d-\w+) \| (\w+) \| (\d+) \| (\d+) \| (\d+) \|", re.MULTILINE)


def test_every_question_stands_in_the_table_with_its_counts():
    told = {(a, name): tuple(map(int, rest)) for a, name, *rest in ROW.findall(PAGE.read_text())}
    now = {
        (assignment, q.id): (q.points, len({m.id for m in q.misconceptions}), len(q.misconceptions))
        for assignment, ids in ASSIGNMENTS.items()
        for q in (QUESTIONS[id] for id in ids if id in QUESTIONS)
    }
    stale = sorted({name for (_, name), _ in now.items() ^ told.items()})
    assert not stale, f"docs/mutation.md is out of date for {', '.join(stale)}: run `make mutation`"
