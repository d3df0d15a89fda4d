// Start a Python that holds the course's own code. The worker of a page does this, and so does the
// test that runs in Node.

// options: for loadPyodide. archives: zip files with Python code, as array buffers.
export async function startPython(loadPyodide, options, archives) {
  const python = await loadPyodide({
    ...options,
    packages: ["numpy"],
    env: { HOME: "/home/pyodide" },
    jsglobals: {}, // the reader's code must not reach the page through `import js`
  });
  for (const archive of archives) python.unpackArchive(archive, "zip", { extractDir: "/course" });
  python.runPython("import sys; sys.path.insert(0, '/course'); import in_page.overflow");
  return python;
}

// Return the functions of in_page/page.py.
export function marking(python) {
  const page = python.pyimport("in_page.page");
  return {
    addKey: (bytes) => page.add_key(python.toPy(bytes)),
    mark: ({ question, source, earlier, book }) => page.mark(question, source, earlier, book),
    giveUp: ({ question, reason, book }) => page.give_up(question, reason, book),
  };
}
