// Hands out chunks, as the page's Worker does: a new one each time, given away.

addEventListener("message", ({ data: { chunk, port } }) => {
  port.onmessage = ({ data: length }) => {
    const bytes = new Uint8Array(length ?? chunk).fill(0xa5);
    port.postMessage(bytes, [bytes.buffer]);
  };
});
