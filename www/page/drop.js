/** Files that are dropped anywhere on the page. */
import { failure } from "../shared/failure.js";
import { eventOf } from "./backup-files.js";
import { keepHandle } from "./handles.js";

/** Browsers repeat "dragover" at least this often while a drag is on the page. */
const DRAG_GONE_AFTER_MS = 600;

/** @param {import("./model.js").Send} send */
export function listenForFiles(send) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let gone;
  const left = () => {
    clearTimeout(gone);
    send({ type: "drag-moved", over: "no" });
  };
  /** @param {DragEvent} event */
  const lies = (event) => {
    event.preventDefault();
    const over = holdsFiles(event.dataTransfer) ? "file" : "other";
    if (event.dataTransfer) event.dataTransfer.dropEffect = over === "file" ? "copy" : "none";
    clearTimeout(gone);
    gone = setTimeout(left, DRAG_GONE_AFTER_MS);
    send({ type: "drag-moved", over });
  };
  // Where something else comes to lie below the pointer, it is entered first: a file that
  // is let go in that moment is taken only if that is allowed as well.
  addEventListener("dragenter", lies);
  addEventListener("dragover", lies);
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) left();
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    left();
    if (event.dataTransfer) take(event.dataTransfer, send);
  });
}

/** @param {DataTransfer | null} transfer */
function holdsFiles(transfer) {
  return transfer?.types.includes("Files") ?? false;
}

/**
 * @param {DataTransfer} transfer
 * @param {import("./model.js").Send} send
 */
function take(transfer, send) {
  const files = [...transfer.files];
  // They can be had only now, while the event goes on.
  keepHandleOf(transfer.items, files);
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.some(({ isDirectory }) => isDirectory)) send({ type: "backups-dropped", entries });
  else if (files.length === 0) send({ type: "drop-refused", failure: failure("not-a-file") });
  else send(eventOf(files));
}

/**
 * Of one file; of many nobody asks for it.
 * @param {DataTransferItemList} items
 * @param {File[]} files
 */
function keepHandleOf(items, [file, ...others]) {
  const item = [...items].find(({ kind }) => kind === "file");
  // Only Chromium has it.
  const handle = /** @type {any} */ (item)?.getAsFileSystemHandle?.();
  if (file && others.length === 0 && handle) keepHandle(file, handle);
}
