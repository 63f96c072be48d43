// Starts a download that a Service Worker streams: the way in which the page
// saves a disk, with nothing behind it.

await navigator.serviceWorker.register("service-worker.js");
const { active } = await navigator.serviceWorker.ready;
const worker = new Worker("worker.js");

/**
 * Saves constant bytes, or with `fromWorker` those of the chosen file.
 * @param {{ size: number, chunk: number, fromWorker: boolean }} what
 */
globalThis.save = async ({ size, chunk, fromWorker }) => {
  const [file] = document.querySelector("input").files;
  const chunks = new MessageChannel();
  const known = new MessageChannel();
  worker.postMessage({ chunk, file, port: chunks.port1 }, [chunks.port1]);
  const order = { size, chunk, fromWorker, port: chunks.port2, known: known.port2 };
  active.postMessage(order, [chunks.port2, known.port2]);
  // A navigation may overtake a message.
  await new Promise((resolve) => {
    known.port1.onmessage = resolve;
  });
  location.href = `save/${crypto.randomUUID()}`;
};
document.title = "ready";
