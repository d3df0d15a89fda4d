"""The questions of one assignment: one file for each question."""
