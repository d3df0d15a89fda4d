"""The Python code that runs in a page of the book, inside Pyodide."""
