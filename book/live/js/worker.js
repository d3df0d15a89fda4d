// The worker of a page: a Python that marks answers, or one that runs code cells. engine.js makes it
// of one script, in which Pyodide comes first.
//
// The first message brings the files and a port. All later messages go through the port, which code
// of the reader cannot reach.
import { marking, startPython } from "./python.js";
import { streamed, unpacked } from "./unpack.js";

const HOME = "live:/"; // the address that Pyodide asks for its files
const NETWORK = [
  "XMLHttpRequest",
  "WebSocket",
  "WebTransport",
  "EventSource",
  "importScripts",
  "Worker",
  "BroadcastChannel",
  "indexedDB",
  "caches",
  "postMessage",
];

self.onmessage = ({ data: { files, archives, cells }, ports: [port] }) => {
  self.onmessage = null;
  start(files, archives)
    .then((python) => {
      listen(port, python, cells ? cellActions(python, files) : markingActions(python));
      port.postMessage({ kind: "ready" });
    })
    .catch((error) => port.postMessage({ kind: "failed", text: String(error) }));
};

async function start(files, archives) {
  const zips = await Promise.all(archives.map((name) => unpacked(files[name])));
  serveFrom(files);
  const options = { indexURL: HOME, packageBaseUrl: HOME };
  const python = await startPython(self.loadPyodide, options, zips);
  for (const name of NETWORK) Object.defineProperty(self, name, { value: undefined });
  return python;
}

// Let `fetch` answer from the files that the page has sent, and from nowhere else.
function serveFrom(files) {
  self.fetch = async (address) => {
    const url = String(address.url ?? address);
    const text = url.startsWith(HOME) ? files[url.slice(HOME.length)] : undefined;
    if (text === undefined) return new Response("", { status: 404 });
    const type = url.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return new Response(await streamed(text), { headers: { "Content-Type": type } });
  };
}

function listen(port, python, actions) {
  port.onmessage = async ({ data: { id, action, request } }) => {
    try {
      const text = await actions[action](request);
      port.postMessage({ kind: "answer", id, text, heap: python._module.HEAPU8.length });
    } catch (error) {
      port.postMessage({ kind: "failed", id, text: String(error) });
    }
  };
}

function markingActions(python) {
  const { addKey, mark, giveUp } = marking(python);
  const held = new Set();
  const withKeys = (action) => async (request) => {
    for (const [name, text] of Object.entries(request.keys)) {
      if (!held.has(name)) addKey(new Uint8Array(await unpacked(text)));
      held.add(name);
    }
    return action(request);
  };
  return { mark: withKeys(mark), giveUp: withKeys(giveUp) };
}

function cellActions(python, files) {
  const cell = python.pyimport("in_page.cell");
  let given = false;
  return {
    run: ({ source, before }) => cell.run(source, before),
    async giveFigures(request) {
      if (given) return "";
      Object.assign(files, request.files);
      await python.loadPackage("matplotlib", { messageCallback: () => {} });
      cell.give_figures();
      given = true;
      return "";
    },
  };
}
