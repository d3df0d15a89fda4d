"""The autograder of the course: `check` for notebooks, `autograder` for the command line."""

from .check import check

__all__ = ["check"]
