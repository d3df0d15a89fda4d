"""Marking of answers: `check("question_id")` in a notebook, `autograder` on the command line."""

from .check import check

__all__ = ["check"]
