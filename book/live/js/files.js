// Loads the scripts that lie beside this one in _static/live/, and hands files to the reader.
// The data are classic scripts, too, because a page that is opened from a disk may not fetch anything.

const here = document.currentScript.src;

const loading = new Map(); // address -> promise

// Resolves when the script with this name or address has run. A script is loaded once, but one that
// could not be loaded is tried again next time.
export function load(name) {
  const address = new URL(name, here).href;
  if (!loading.has(address)) {
    loading.set(address, loaded(address));
    loading.get(address).catch(() => loading.delete(address));
  }
  return loading.get(address);
}

function loaded(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = () => {
      script.remove();
      reject(new Error(`${address} could not be loaded. Check the connection and press again.`));
    };
    document.head.append(script);
  });
}

// Hands a text to the reader as a file.
export function save(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
