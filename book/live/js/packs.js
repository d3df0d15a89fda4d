// Loads the packs of files that the engine needs. build.py writes each of them as a script, which puts
// the files into LIVE_PACKS: their compressed bytes, as texts in base 64.
import { load } from "./files.js";

// Resolves to the files in a pack, by name.
export async function pack(name) {
  await load(`${name}.js`);
  return self.LIVE_PACKS[name];
}
