"""The marking of one answer. It needs NumPy alone: a kit, a page and the sandbox hold all of it."""
