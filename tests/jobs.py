"""The processes of a sandbox and of its jobs, seen from outside."""

from pathlib import Path


def pids_of_jobs(sandbox):
    """The children of the warm process."""
    inner = [child for bubblewrap in sandbox.pids() for child in children(bubblewrap)]
    warm = [child for process in inner for child in children(process)]
    return [job for process in warm for job in children(process)]


def children(pid):
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
