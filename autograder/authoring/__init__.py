"""Tools for writing questions: a skeleton for a new one, and numbers in texts that cannot go stale."""
