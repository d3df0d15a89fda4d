// Load the packs of files that the engine needs. build.py writes each of them as a script, which puts
// the files into LIVE_PACKS: their compressed bytes, as texts in base 64.

const loading = new Map();

// Return a promise of the files in a pack, by name. It is loaded once. A pack that could not be
// loaded is tried again next time.
export function pack(folder, name) {
  if (!loading.has(name)) {
    loading.set(name, loaded(`${folder}${name}.js`, name));
    loading.get(name).catch(() => loading.delete(name));
  }
  return loading.get(name);
}

function loaded(address, name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(self.LIVE_PACKS[name]);
    script.onerror = () => {
      script.remove();
      reject(new Error(`${address} could not be loaded. Check the connection and press again.`));
    };
    document.head.append(script);
  });
}
