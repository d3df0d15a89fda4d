"""Tools for writing questions: skeletons, and numbers in texts that cannot go stale."""
