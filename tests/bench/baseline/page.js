// Starts a download that a Service Worker streams: the way in which the page
// saves a disk, with nothing behind it.

await navigator.serviceWorker.register("service-worker.js");
const { active } = await navigator.serviceWorker.ready;
const worker = new Worker("worker.js");

/** @param {{ size: number, chunk: number, fromWorker: boolean }} what */
globalThis.save = ({ size, chunk, fromWorker }) => {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ chunk, port: port1 }, [port1]);
  active.postMessage({ size, chunk, fromWorker, port: port2 }, [port2]);
  location.href = `save/${crypto.randomUUID()}`;
};
document.title = "ready";
