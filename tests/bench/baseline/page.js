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
/**
 * Writes constant bytes, or those of the chosen file, to a file of the browser's
 * own storage, by the way that a picked file is written or by that of a staged
 * one; resolves when it is closed. A staged one is downloaded then.
 * @param {{ way: "file" | "stage", size: number, chunk: number }} what
 */
globalThis.write = async (what) => {
  const [source] = document.querySelector("input").files;
  const file = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage({ ...what, source });
  });
  if (what.way === "stage") {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "constant.raw";
    link.click();
  }
};
document.title = "ready";
