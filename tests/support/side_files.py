"""Hostile and damaged files that a student can hand in beside a notebook."""

import os
from random import Random

PIECES = ["2015-02-02", "15:58:23", "UTC", "+0100", "../", "/etc/passwd", "99", ":", "-", "T", "\0"]


def random_time(seed):
    """Return a text that is more or less like a time."""
    random = Random(seed)
    text = " ".join(random.choices(PIECES, k=random.randint(1, 5)))
    return "".join(c if random.random() > 0.05 else chr(random.randrange(0x300)) for c in text)


def write_side_file(folder, seed):
    """Write a time of submission, or something else under its name or another name."""
    random = Random(seed)
    kind = random.choice(("time", "time", "time", "bytes", "pipe", "folder", "link", "long"))
    name = random.choice(("timestamp.txt", "timestamp.txt", "submission_secret.txt", "data.csv"))
    path = folder / name
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(random.choice(("/dev/zero", "/proc/kmsg", "../../..", name, "/etc/passwd")))
    elif kind == "bytes":
        path.write_bytes(random.randbytes(random.randint(0, 200)))
    else:
        text = random_time(seed) * (1000 if kind == "long" else 1)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
