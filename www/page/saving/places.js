/** Files and folders that the person picks, where a browser offers that. */
import { failure, failureOf, RemoteError } from "../../shared/failure.js";
import { holding } from "../../shared/holding.js";

/**
 * What a person picked for a save.
 * @typedef {{ handle?: FileSystemFileHandle, folder?: FileSystemDirectoryHandle }} Place
 */

/**
 * Rejects with an `AbortError` if the person thinks better of it.
 * @param {string} suggestedName
 */
export function pickFile(suggestedName) {
  const pick = /** @type {any} */ (globalThis).showSaveFilePicker;
  return /** @type {Promise<FileSystemFileHandle>} */ (pick.call(globalThis, { suggestedName }));
}

/** As `pickFile`. */
export function pickFolder() {
  const pick = /** @type {any} */ (globalThis).showDirectoryPicker;
  return /** @type {Promise<FileSystemDirectoryHandle>} */ (
    pick.call(globalThis, { mode: "readwrite" })
  );
}

/** Files of one name with numbers behind it, at most. */
const NUMBERS_MAX = 1000;

/**
 * A file of this name, or of one with a number: nothing is written over.
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} wanted
 */
export async function newFile(folder, wanted) {
  const dot = wanted.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [wanted.slice(0, dot), wanted.slice(dot)] : [wanted, ""];
  for (let number = 1; number <= NUMBERS_MAX; number += 1) {
    const name = number === 1 ? wanted : `${stem} (${number})${ending}`;
    if (await isThere(folder, name)) continue;
    const handle = await holding(folder, () => folder.getFileHandle(name, { create: true }));
    return { name, handle };
  }
  const message = `${wanted} is there already, and so are ${NUMBERS_MAX} with a number`;
  throw new RemoteError(failure("writing-refused", message));
}

/**
 * Rejects where nobody can say: a name that is not allowed there, no permission.
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 */
async function isThere(folder, name) {
  try {
    await holding(folder, () => folder.getFileHandle(name));
    return true;
  } catch (error) {
    const told = error instanceof DOMException ? error.name : "";
    if (told === "NotFoundError") return false;
    // It is a folder.
    if (told === "TypeMismatchError") return true;
    throw new RemoteError(pickingFailure(error));
  }
}

/**
 * Writes a small file of this name, or of one with a number.
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export async function writeFile(folder, name, bytes) {
  const { handle, name: given } = await newFile(folder, name);
  try {
    const writable = await holding(handle, () => handle.createWritable());
    await holding(writable, async () => {
      await writable.write(bytes);
      await writable.close();
    });
  } catch (error) {
    // An empty file would be taken for it.
    await holding(folder, () => folder.removeEntry(given)).catch(() => {});
    throw error;
  }
}

/**
 * Where the Worker writes a save that is no stream, and the name it gets there.
 * @param {Exclude<import("../model.js").Way, "download">} way
 * @param {string} id
 * @param {string} name
 * @param {Place} place
 * @returns {Promise<{ sink: import("../../shared/messages.js").SinkOrder, name: string }>}
 */
export async function sinkFor(way, id, name, { handle, folder }) {
  if (way === "stage") return { sink: { kind: "stage", name: id }, name };
  if (way === "blob") return { sink: { kind: "blob" }, name };
  if (handle) {
    const before = await holding(handle, () => handle.getFile()).catch(() => null);
    return { sink: { kind: "file", handle, isNew: (before?.size ?? 0) === 0 }, name: handle.name };
  }
  if (!folder) throw new RemoteError(failure("saving-unavailable"));
  const made = await newFile(folder, name);
  return { sink: { kind: "file", handle: made.handle, isNew: true }, name: made.name };
}

/**
 * Why a place could not be picked or written to.
 * @param {unknown} error
 */
export function pickingFailure(error) {
  // A name that is not allowed is told by a `TypeError`.
  const isTold = error instanceof DOMException || error instanceof TypeError;
  if (isTold) return failure("writing-refused", String(error));
  return failureOf(error);
}
