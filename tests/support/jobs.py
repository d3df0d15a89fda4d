"""Functions that run jobs in the sandbox and find their processes from outside."""

from dataclasses import dataclass
from pathlib import Path

from autograder.marking.driver import Outcome
from autograder.sandbox.client import DrivenQuestion, QuestionSet, Sandbox
from autograder.sandbox.stand_ins import StandIns
from autograder.sandbox.untrusted import CellRun


@dataclass
class JobResult:
    """The results of a job.

    cells: the cells that ran. outcomes: for each question, a list with one outcome for each case.
    """

    cells: list[CellRun]
    outcomes: list[list[Outcome]]


def run_job(
    sandbox: Sandbox,
    cells: list[str],
    questions: list[DrivenQuestion],
    stand_ins: StandIns | None = None,
) -> JobResult:
    """Run the cells in order; then ask each question separately in the state they left."""
    with sandbox.job(cells, QuestionSet(questions)) as job:
        shown = job.cells()
        replies = job.drive(list(range(len(questions))), True, stand_ins)
    pairs = zip(questions, replies, strict=True)
    return JobResult(shown, [reply.outcomes(len(question.inputs)) for question, reply in pairs])


def pids_of_jobs(sandbox):
    """Return the process ids of the jobs, which are the children of the warm process."""
    inner = [child for bubblewrap in sandbox.pids() for child in children(bubblewrap)]
    warm = [child for process in inner for child in children(process)]
    return [job for process in warm for job in children(process)]


def children(pid):
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
