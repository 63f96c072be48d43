// Hands out the chunks of a file as they stand, one read ahead, and nothing
// more: what saving costs when it only has to read.

addEventListener("message", ({ data: { chunk, file, port } }) => {
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
});
