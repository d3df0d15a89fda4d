"""The questions of this assignment, one file each."""
