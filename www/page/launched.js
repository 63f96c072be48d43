/**
 * Files that the system opens with the page ("Open with"), where it is installed. They are
 * opened as if they had been dropped on it.
 */
import { failure } from "../shared/failure.js";
import { holding } from "../shared/holding.js";
import { eventOf } from "./backup-files.js";
import { keepHandle } from "./handles.js";

/**
 * Takes what the page was started with; only Chromium hands over any, which it keeps until
 * somebody takes it.
 * @param {import("./model.js").Send} send
 */
export function takeLaunched(send) {
  /** @type {any} */ (globalThis).launchQueue?.setConsumer(
    (/** @type {{ files: readonly FileSystemFileHandle[] }} */ { files }) => open(files, send),
  );
}

/**
 * @param {readonly FileSystemFileHandle[]} handles none where the page alone was started
 * @param {import("./model.js").Send} send
 */
async function open(handles, send) {
  const [only] = handles;
  if (!only) return;
  try {
    const files = await Promise.all(
      handles.map((handle) => holding(handle, () => handle.getFile())),
    );
    if (files[0] && files.length === 1) keepHandle(files[0], Promise.resolve(only));
    send(eventOf(files));
  } catch (error) {
    send({ type: "drop-refused", failure: failure("source-unreadable", String(error)) });
  }
}
