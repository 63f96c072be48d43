/** Follows a symbolic link inside its file system. */
import { failure, RemoteError } from "../../shared/failure.js";
import { typeOf } from "./order.js";

/** @typedef {import("../../shared/files.js").FileName} FileName */
/** @typedef {import("./trail.js").Step} Step */
/** @typedef {import("./walk.js").Place} Place */

/** Links that one leads through, as Linux counts them (`MAXSYMLINKS`). */
const LINKS_MAX = 40;

const SLASH = 0x2f;

/**
 * Where a link leads: a folder, or one with the name of what in it. An absolute target begins
 * at the root of the file system: what else a guest mounts, and where, nobody knows here.
 * @param {Place} place
 * @param {{ from: readonly Step[], target: FileName }} link the folder that it is in
 * @param {import("../../page/files.js").Wait} wait
 * @returns {Promise<{ steps: readonly Step[], name: FileName | null }>}
 * @throws {RemoteError} `file-link-dangling`, or `file-link-circle`
 */
export async function follow({ files, of, opened }, { from, target }, wait) {
  let steps = begin(target, from);
  const waiting = partsOf(target);
  let links = 1;
  for (let part = waiting.shift(); part; part = waiting.shift()) {
    if (part.text === ".") continue;
    if (part.text === "..") {
      steps = steps.slice(0, -1);
      continue;
    }
    const entry = await files.find(of, steps.at(-1)?.id ?? opened.root, part, wait);
    wait.signal.throwIfAborted();
    if (!entry) throw dangling(steps, part);
    if (typeOf(entry) === "directory") {
      steps = [...steps, { id: entry.id, name: entry.name }];
    } else if (typeOf(entry) === "link" && entry.target) {
      links += 1;
      if (links > LINKS_MAX) throw new RemoteError(failure("file-link-circle", target.text));
      steps = begin(entry.target, steps);
      waiting.unshift(...partsOf(entry.target));
    } else if (waiting.length > 0) {
      throw dangling(steps, part);
    } else {
      return { steps, name: entry.name };
    }
  }
  return { steps, name: null };
}

/**
 * @param {FileName} target
 * @param {readonly Step[]} from
 */
function begin(target, from) {
  return target.text.startsWith("/") ? [] : from;
}

/**
 * @param {readonly Step[]} steps
 * @param {FileName} name
 */
function dangling(steps, name) {
  const path = [...steps.map((step) => step.name), name].map(({ text }) => text);
  return new RemoteError(failure("file-link-dangling", `/${path.join("/")}`));
}

/**
 * The names of a path.
 * @param {FileName} path
 * @returns {FileName[]}
 */
function partsOf({ text, bytes }) {
  if (!bytes) return text.split("/").flatMap((part) => (part ? [{ text: part, bytes: null }] : []));
  /** @type {FileName[]} */
  const parts = [];
  for (let start = 0; start <= bytes.length;) {
    const slash = bytes.indexOf(SLASH, start);
    const end = slash < 0 ? bytes.length : slash;
    if (end > start) parts.push(nameOf(bytes.slice(start, end)));
    start = end + 1;
  }
  return parts;
}

/**
 * A name as the core tells it: its bytes only where they are no UTF-8.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {FileName}
 */
function nameOf(bytes) {
  try {
    return {
      text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
      bytes: null,
    };
  } catch {
    return { text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), bytes };
  }
}
