"""All hostile notebooks by name, and functions that build one and hand it in."""

import importlib
import json
from pathlib import Path

from support.notebooks import released_file

ASSIGNMENT = "02-forward"
RELEASED = released_file(ASSIGNMENT).read_text()
NO_KINDS = ("__init__", "attack")
KINDS = [
    path.stem
    for path in sorted(Path(__file__).parent.glob("*.py"))
    if path.stem not in NO_KINDS and not path.stem.startswith("test_")
]
ATTACKS = {
    attack.name: attack
    for kind in KINDS
    for attack in importlib.import_module(f"{__name__}.{kind}").ATTACKS
}


def notebook(attack):
    """Return the notebook of an attack as the bytes of its file."""
    made = json.loads(RELEASED)
    marks = [cell["metadata"].get("nbgrader", {}) for cell in made["cells"]]
    ids = [mark.get("grade_id", "") for mark in marks]
    for name, source in attack.answers.items():
        made["cells"][ids.index(f"{name}-answer")]["source"] = source
    first = next(i for i, name in enumerate(ids) if name.endswith("-answer"))
    made["cells"][first:first] = [
        {
            "cell_type": "code",
            "id": f"attack-{i}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for i, source in enumerate(attack.cells)
    ]
    changed = attack.change(made) if attack.change else None
    return json.dumps(made).encode() if changed is None else changed


def hand_in(folder, content, files):
    folder.mkdir(parents=True)
    (folder / f"{ASSIGNMENT}.ipynb").write_bytes(content)
    for name, what in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(what) if isinstance(what, bytes) else path.symlink_to(what)
