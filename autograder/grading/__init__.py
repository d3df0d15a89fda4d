"""The grading of a whole class: it reads a course folder and writes nbgrader's gradebook."""
