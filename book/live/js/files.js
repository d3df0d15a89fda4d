// Loads the data files that lie beside this script in _static/live/.
// They are classic scripts, because a page that is opened from a disk may not fetch anything.

const here = document.currentScript?.src ?? "";

const loading = new Map();

// Resolves when the script `name` has run. A second call does not load it again.
export function load(name) {
  if (!loading.has(name)) {
    loading.set(
      name,
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = new URL(name, here).href;
        script.onload = resolve;
        script.onerror = () => {
          loading.delete(name);
          script.remove();
          reject(new Error(`The file ${name} of this book could not be loaded.`));
        };
        document.head.append(script);
      }),
    );
  }
  return loading.get(name);
}

// Hands a text to the reader as a file.
export function save(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
