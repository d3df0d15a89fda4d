"""The grading of a class: from the submissions in a course folder to nbgrader's gradebook."""
