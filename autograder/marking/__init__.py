"""The marking of one answer.

It needs NumPy and no other package, because it also runs in a student's kit, in a page of the book
and in the sandbox.
"""
