// Hands out the chunks of a file as they stand, one read ahead, and nothing
// more: what saving costs when it only has to read.

addEventListener("message", async ({ data }) => {
  if (data.port) serve(data);
  else postMessage(await write(data));
});

/** Writes constant bytes, or those of a file, into the browser's own storage. */
async function write({ way, size, chunk, source }) {
  const folder = await navigator.storage.getDirectory();
  const handle = await folder.getFileHandle(`${way}.raw`, { create: true });
  const bytes = new Uint8Array(chunk).fill(0xa5);
  const length = (at) => Math.min(chunk, size - at);
  const slice = (at) => source.slice(at, at + length(at)).arrayBuffer();
  let ahead = source && slice(0);
  const part = async (at) => {
    if (!source) return bytes.subarray(0, length(at));
    const read = await ahead;
    ahead = slice(at + chunk);
    return new Uint8Array(read);
  };
  if (way === "stage") {
    const access = await handle.createSyncAccessHandle();
    for (let at = 0; at < size; at += chunk) access.write(await part(at), { at });
    access.close();
    return handle.getFile();
  }
  const writable = await handle.createWritable();
  for (let at = 0; at < size; at += chunk) {
    await writable.write({ type: "write", position: at, data: await part(at) });
  }
  await writable.close();
  return null;
}

function serve({ chunk, file, port }) {
  let at = 0;
  const read = () => {
    const slice = file.slice(at, at + chunk);
    at += chunk;
    return slice.arrayBuffer();
  };
  let ahead = file && read();
  let last = Promise.resolve();
  port.onmessage = () => {
    last = last.then(async () => {
      const bytes = new Uint8Array(await ahead);
      ahead = read();
      port.postMessage(bytes, [bytes.buffer]);
    });
  };
}
