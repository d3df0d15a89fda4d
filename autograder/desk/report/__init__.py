"""The class report: what a class has handed in, where it went wrong, and who needs help."""
