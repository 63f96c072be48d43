// Streams a download of constant bytes made here, or of a file's bytes pulled
// from the Worker, two chunks ahead, as the page does it.

let order;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", ({ data }) => {
  order = data;
  data.known.postMessage("known");
});
addEventListener("fetch", (event) => {
  if (new URL(event.request.url).pathname.includes("/save/")) {
    event.respondWith(response(order));
  }
});

function response({ size, chunk, fromWorker, port }) {
  const next = fromWorker ? pulled(port, 2) : made;
  let left = size;
  const stream = new ReadableStream(
    {
      async pull(controller) {
        const bytes = await next(chunk);
        const part = bytes.length > left ? bytes.subarray(0, left) : bytes;
        left -= part.length;
        controller.enqueue(part);
        if (left === 0) {
          controller.close();
        }
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(stream, {
    headers: {
      "Content-Type": "application/octet-stream",
      "Content-Length": String(size),
      "Content-Disposition": 'attachment; filename="constant.raw"',
    },
  });
}

function made(chunk) {
  return new Uint8Array(chunk).fill(0xa5);
}

/** Asks for chunks so far ahead that reading and writing overlap. */
function pulled(port, ahead) {
  const waiting = [];
  const ready = [];
  port.onmessage = ({ data }) => {
    const resolve = waiting.shift();
    if (resolve) {
      resolve(data);
    } else {
      ready.push(data);
    }
  };
  for (let count = 0; count < ahead; count += 1) {
    port.postMessage(null);
  }
  return () => {
    port.postMessage(null);
    const bytes = ready.shift();
    return bytes ?? new Promise((resolve) => waiting.push(resolve));
  };
}
