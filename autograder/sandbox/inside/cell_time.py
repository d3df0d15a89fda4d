"""The time for the cells of a notebook, and how much of it is kept for answers and definitions."""

import time
from typing import Any

from autograder.sandbox.inside.clocks import wall_seconds

# The shares of the time for all cells: what cells without a grade id may use together, and what
# these and the answers may use together. The rest is for the definitions of cells that were
# stopped.
OWN_SHARE, CELLS_SHARE = 2 / 3, 0.95
DEFINITION_SECONDS = 1.0  # for one statement that only defines something
# A timer can end a cell a little early, because the kernel counts CPU time in ticks. What is left
# then is not enough for another cell.
USED_UP = 0.02
OWN, ANSWER, DEFINITION = "own", "answer", "definition"  # what the time is for


class CellTime:
    """The time that is left, in CPU seconds and on the wall clock.

    It counts from the end of one cell to the end of the next, because reading clocks takes time,
    too.
    """

    def __init__(self, limits: dict[str, Any]) -> None:
        seconds = limits["cells_seconds"]
        shares = {OWN: OWN_SHARE, ANSWER: CELLS_SHARE, DEFINITION: 1 - CELLS_SHARE}
        self._cpu = {what: share * seconds for what, share in shares.items()}
        self._wall = {what: share * wall_seconds(seconds) for what, share in shares.items()}
        self._longest = {
            OWN: limits["cell_seconds"],
            ANSWER: limits["cell_seconds"],
            DEFINITION: DEFINITION_SECONDS,
        }
        self._shares = {what: share * seconds for what, share in shares.items()}
        self.start()

    def start(self) -> None:
        """Begin to count."""
        self._cpu_before, self._wall_before = time.process_time(), time.monotonic()

    def left(self, what: str) -> tuple[float, float]:
        """Return the CPU seconds and the seconds that may be used now; zeros if nearly none are."""
        from_both = (OWN, ANSWER) if what == OWN else (what,)
        cpu = min(self._longest[what], *(self._cpu[each] for each in from_both))
        wall = min(wall_seconds(cpu), *(self._wall[each] for each in from_both))
        return (cpu, wall) if min(cpu, wall) >= USED_UP else (0.0, 0.0)

    def spend(self, what: str) -> None:
        """Take off the time since the last call. Own cells also use up time of the answers."""
        cpu, wall = time.process_time(), time.monotonic()
        for each in (OWN, ANSWER) if what == OWN else (what,):
            self._cpu[each] -= cpu - self._cpu_before
            self._wall[each] -= wall - self._wall_before
        self._cpu_before, self._wall_before = cpu, wall

    def used_up(self, what: str) -> str:
        """Return the end of a sentence that says what time is over."""
        whose = "all cells" if what == ANSWER else "the cells without a grade"
        return f"the {self._shares[what]:.3g} seconds for {whose} are used up"
