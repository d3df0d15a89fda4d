// The workers of one kind: one works, and a spare one takes its place when it has to be stopped.
import { Member } from "./member.js";
import { pack } from "./packs.js";

const LARGE = 700e6; // bytes of memory; a worker that has more is replaced, for it gives none back

export class Crew {
  #setup;
  #files;
  #working = null;
  #spare = null;
  #last = Promise.resolve();

  // packs: those that a worker needs. archives: the files in them that hold Python code. cells: true for workers that run cells. spare: true to keep a spare worker.
  constructor(setup) {
    this.#setup = setup;
  }

  // Run a function after those before it have ended.
  inTurn(work) {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  // Return the answer of a worker, as Member.ask does. A worker that had to be stopped is replaced.
  async ask(action, request, onProgress, milliseconds, words = "Running your code.") {
    const member = await this.#member(onProgress);
    onProgress(words);
    const answer = await member.ask(action, request, milliseconds);
    if (answer.stopped === "lost") console.warn(`Python had to be replaced: ${answer.why}`);
    if (answer.stopped || answer.heap > LARGE) this.#replace(member);
    if (this.#setup.spare) this.#spare ??= this.#hire(); // from the first answer on
    return answer;
  }

  async #member(onProgress) {
    if (!this.#working) {
      onProgress("Loading Python. The first time takes about 5 seconds.");
      const files = await Promise.all(this.#setup.packs.map((name) => pack(name)));
      this.#files = Object.assign({}, ...files);
      this.#working = this.#hire();
    }
    onProgress("Starting Python. The first time takes about 5 seconds.");
    try {
      await this.#working.ready;
    } catch (error) {
      this.#replace(this.#working);
      throw error;
    }
    return this.#working;
  }

  #hire() {
    return new Member(this.#files, this.#setup.archives, this.#setup.cells);
  }

  #replace(member) {
    member.end();
    this.#working = this.#spare; // without a spare one, the next request hires one
    this.#spare = null;
  }
}
