"""What a contributor uses to write questions, and numbers in texts that cannot go stale."""
