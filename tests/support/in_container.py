"""Grade many submissions one by one, in the container of the tests, as run_autograder does.

Arguments: the number of the user for student code, and a folder with a folder for each submission.
It prints one JSON object for each: name, score, status, and what the cells showed.
"""

import json
import sys
import time
from pathlib import Path

from autograder.desk.gradescope import read_settings
from autograder.desk.gradescope_run import graded
from autograder.sandbox.other_user import require_safe
from autograder.sandbox.policy import Limits

HOME = Path("/autograder")


def main(user, folder):
    assignment, _ = read_settings(HOME / "source")
    require_safe(user, [HOME / "source"], [HOME / "results"])
    limits = Limits(cell_seconds=1, cells_seconds=3, question_seconds=1, other_user=user)
    for place in sorted(folder.iterdir()):
        start = time.monotonic()
        result = graded(place, assignment, 12345, limits)
        made = json.loads(result.notebook) if result.notebook else {"cells": []}
        shown = [o.get("text", "") for c in made["cells"] for o in c.get("outputs", [])]
        told = {"name": place.name, "score": result.score, "status": result.status}
        told["seconds"] = round(time.monotonic() - start, 1)
        print(json.dumps({**told, "shown": shown}), flush=True)


main(int(sys.argv[1]), Path(sys.argv[2]))
