"""What runs inside bubblewrap, beside the student's code."""
