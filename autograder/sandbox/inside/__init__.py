"""The part of the sandbox that runs inside bubblewrap, together with student code."""
