/**
 * The threads of the page of one file: their scripts stand in its document. The build puts
 * this in the place of `page/threads.js`. Each is started from a `Blob`, as a classic script:
 * Chromium refuses modules to a page that comes from a file. So each has the page's own
 * policy, which the browser hands on to what is made in it.
 */
import { packedFile } from "./own-file.js";

/** @typedef {"worker" | "reader" | "hasher"} Thread */

/** Here is no Service Worker: it would have to be a file of its own, from a server. */
export const hasService = false;

/** The files that it reads are the Worker's alone. @type {Record<Thread, readonly string[]>} */
const FILES = {
  worker: [...document.querySelectorAll("[data-of=worker]")].map(({ id }) => id),
  reader: [],
  hasher: [],
};

/** Nothing but the names of threads goes in, so nothing else can come out. */
const trusted = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("vma-inspector", {
  createScriptURL: addressOfBlob,
});

/** @param {Thread} thread */
function addressOfBlob(thread) {
  const files = Object.fromEntries(FILES[thread].map((name) => [name, packedFile(name)]));
  const script = document.getElementById(thread)?.textContent ?? "";
  const parts = [`self.OWN_FILES = ${JSON.stringify(files)};\n`, script];
  return URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
}

/**
 * @param {Thread} thread
 * @param {string} [name]
 * @returns {Worker}
 */
export function startThread(thread, name = "") {
  return new Worker(trusted?.createScriptURL(thread) ?? addressOfBlob(thread), { name });
}

/**
 * Where the page is: what it stores is told and removed by that.
 * @returns {string}
 */
export function addressOf() {
  return new URL("service-worker.js", document.baseURI).href;
}

/** @returns {never} */
export function scriptOf() {
  throw new Error("the page of one file has no scripts of its own at any address");
}
