// One worker with its Python, as the page sees it.
import { unpacked } from "./unpack.js";

const SCRIPTS = ["pyodide.js", "pyodide.asm.js", "worker.js"];

export class Member {
  #port;
  #worker;
  #pending = null; // what waits for the next message: a function
  #number = 0;

  // files: texts by name; archives: the names of those with Python code; cells: true to run cells.
  constructor(files, archives, cells) {
    this.ready = this.#start(files, archives, cells);
    this.ready.catch(() => {}); // the next request gets this error
  }

  async #start({ ...files }, archives, cells) {
    const parts = await Promise.all(SCRIPTS.map((name) => unpacked(files[name])));
    for (const name of SCRIPTS) delete files[name];
    const text = parts.flatMap((part) => [part, "\n;"]);
    const address = URL.createObjectURL(new Blob(text, { type: "text/javascript" }));
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(address);
    port1.onmessage = ({ data }) => this.#pending?.(data);
    this.#worker.onerror = ({ message }) => this.#pending?.({ kind: "failed", text: message });
    const first = this.#next();
    this.#worker.postMessage({ files, archives, cells }, [port2]);
    const message = await first;
    URL.revokeObjectURL(address);
    if (message.kind !== "ready") throw new Error(`Python could not be started: ${message.text}`);
  }

  #next() {
    return new Promise((resolve) => {
      this.#pending = resolve;
    });
  }

  // Return the answer to a request: {text, heap}, or {stopped: "timeout"} after some milliseconds,
  // or {stopped: "lost"} if Python has ended.
  async ask(action, request, milliseconds) {
    const id = ++this.#number;
    const answer = this.#next();
    this.#port.postMessage({ id, action, request });
    let timer;
    const late = new Promise((resolve) => {
      if (milliseconds < Infinity) timer = setTimeout(resolve, milliseconds, "timeout");
    });
    const message = await Promise.race([answer, late]);
    clearTimeout(timer);
    if (message === "timeout") return { stopped: "timeout" };
    const known =
      message.kind === "answer" && message.id === id && typeof message.text === "string";
    if (known) return { text: message.text, heap: Number(message.heap) };
    return { stopped: "lost", why: message.text };
  }

  end() {
    this.#worker?.terminate();
    this.#port?.close();
  }
}
