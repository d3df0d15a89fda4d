"""Time limits in CPU seconds, each with a longer limit on the wall clock.

CPU seconds are the main limit, because they do not depend on what else the machine does. The limit
on the wall clock ends code that waits without computing.
"""

import signal
import time

WAITING, MORE = 3.0, 1.0
SHORTEST = 0.01  # seconds between two looks at a process, so that looking takes no time itself
CPUCLOCK_SCHED = 2  # a constant of Linux: all CPU time of a process


def wall_seconds(cpu_seconds: float) -> float:
    """Return the limit on the wall clock that goes with a limit in CPU seconds."""
    return WAITING * cpu_seconds + MORE


def set_timers(cpu: float, wall: float) -> None:
    """Send SIGPROF after some CPU seconds of this process, and SIGALRM after some seconds.

    0 switches a timer off.
    """
    signal.setitimer(signal.ITIMER_PROF, cpu)
    signal.setitimer(signal.ITIMER_REAL, wall)


class Stopwatch:
    """The time that a process may still take from now on. It looks at the process from outside."""

    def __init__(self, pid: int, cpu_seconds: float) -> None:
        self._clock = ~pid << 3 | CPUCLOCK_SCHED
        self._cpu_end = self._used() + cpu_seconds
        self._end = time.monotonic() + wall_seconds(cpu_seconds)

    def left(self) -> float:
        """Return the seconds to wait before the next look, or 0 if the time is over.

        A process with one thread cannot use up its time sooner.
        """
        left = min(self._cpu_end - self._used(), self._end - time.monotonic())
        return max(left, SHORTEST) if left > 0 else 0.0

    def _used(self) -> float:
        try:
            return time.clock_gettime(self._clock)
        except OSError:  # the process has ended, so the wall clock alone is left
            return 0.0
