// Return what a file of a pack holds: it is compressed and written in base 64.

const load = fetch.bind(globalThis); // the worker replaces `fetch` later

export async function streamed(text) {
  const packed = await load(`data:application/gzip;base64,${text}`);
  return packed.body.pipeThrough(new DecompressionStream("gzip"));
}

export async function unpacked(text) {
  return new Response(await streamed(text)).arrayBuffer();
}
