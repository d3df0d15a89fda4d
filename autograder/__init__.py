"""The autograder of the course: `check` for notebooks, `autograder` for the command line."""

import sys

__all__ = ["check"]

# This file must be readable for old versions of Python, so that they can say what they need.
if sys.version_info < (3, 11):  # noqa: UP036
    TOO_OLD = (
        f"check needs Python 3.11 or newer, and this is Python {sys.version_info[0]}."
        f"{sys.version_info[1]}. Install a newer Python, and open the notebook with it."
    )
    print(TOO_OLD)

    def check(question, hint=None):  # type: ignore
        """Print which version of Python is needed."""
        print(TOO_OLD)
        return 0.0

else:
    from .check import check
