/**
 * The scripts that the page may start as threads. There are no others. In the page of one
 * file `one-file/threads.js` stands in the place of this.
 */

const SCRIPTS = {
  worker: new URL("../worker/worker.js", import.meta.url),
  reader: new URL("../worker/source/file-stream-worker.js", import.meta.url),
  hasher: new URL("../worker/hashing/hash-worker.js", import.meta.url),
  hand: new URL("../worker/ahead/hand-worker.js", import.meta.url),
  service: new URL("../service-worker.js", import.meta.url),
};

/** @typedef {keyof typeof SCRIPTS} Thread */

/** Nothing but the names of threads goes in, so nothing else can come out. */
const trusted = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("vma-inspector", {
  createScriptURL: (/** @type {Thread} */ thread) => SCRIPTS[thread].href,
});

/** Whether there is a Service Worker to be registered. @type {boolean} */
export const hasService = true;

/**
 * @param {Exclude<Thread, "service">} thread
 * @param {string} [name]
 * @returns {Worker}
 */
export function startThread(thread, name = "") {
  return new Worker(scriptOf(thread), { type: "module", name });
}

/**
 * Its address, as the browser wants it where the policy requires trusted types.
 * @param {Thread} thread
 * @returns {URL}
 */
export function scriptOf(thread) {
  return trusted?.createScriptURL(thread) ?? SCRIPTS[thread];
}

/** @param {Thread} thread */
export function addressOf(thread) {
  return SCRIPTS[thread].href;
}
