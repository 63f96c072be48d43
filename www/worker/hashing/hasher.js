/** Hashes what it is given, by the module that makes files. */
import { ImageHash, initSync } from "../../core/vma_inspector_export.js";
import { nextTurn } from "../turn.js";

/** @typedef {import("../../shared/messages.js").ToHasher} ToHasher */
/** @typedef {import("../../shared/messages.js").FromHasher} FromHasher */
/** @typedef {Exclude<ToHasher, { kind: "core" }>} Part */
/**
 * @typedef {object} Job
 * @property {ImageHash} hash
 * @property {Part[]} waiting
 * @property {boolean} busy
 */

/** @type {Map<number, Job>} */
const jobs = new Map();
const TELL_EVERY_MS = 100;

/** @type {MessagePort | null} */
let answers = null;

/**
 * Takes the module, and where it is to tell what comes of it.
 * @param {WebAssembly.Module | ArrayBuffer} module
 * @param {MessagePort} port
 */
export function begin(module, port) {
  initSync({ module });
  answers = port;
}

/** @param {Part} message */
export function hear(message) {
  const job = jobs.get(message.job) ?? start(message.job);
  job.waiting.push(message);
  // The page hears of what no handler catches, and starts its Workers anew.
  if (!job.busy) work(message.job, job).catch((error) => self.reportError(error));
}

/** @param {number} id */
function start(id) {
  const job = { hash: new ImageHash(), waiting: [], busy: false };
  jobs.set(id, job);
  return job;
}

/**
 * @param {number} id
 * @param {Job} job
 */
async function work(id, job) {
  job.busy = true;
  for (let next = job.waiting.shift(); next; next = job.waiting.shift()) {
    await perform(id, job, next);
  }
  job.busy = false;
}

/**
 * @param {number} id
 * @param {Job} job
 * @param {Part} message
 */
async function perform(id, job, message) {
  const { hash } = job;
  if (message.kind === "pass") {
    if (!(await zerosTo(id, job, message.offset))) return;
    const { offset, bytes } = message;
    hash.pass(offset, bytes);
    const { length, buffer } = bytes;
    tell({ job: id, kind: "at", at: hash.at(), taken: length, buffer }, [buffer]);
  } else if (message.kind === "end") {
    if (!(await zerosTo(id, job, message.size))) return;
    tell({ job: id, kind: "hash", hex: hash.hex() });
    end(id, job);
  } else {
    end(id, job);
  }
}

/**
 * Hashes zeros up to `end`, a turn at a time; returns false if the job was
 * dropped meanwhile.
 * @param {number} id
 * @param {Job} job
 * @param {number} end
 */
async function zerosTo(id, job, end) {
  let told = performance.now();
  while (!job.hash.zerosTo(end)) {
    await nextTurn();
    if (job.waiting.some(({ kind }) => kind === "drop")) return false;
    if (performance.now() - told < TELL_EVERY_MS) continue;
    told = performance.now();
    tell({ job: id, kind: "at", at: job.hash.at(), taken: 0, buffer: null });
  }
  return true;
}

/**
 * @param {number} id
 * @param {Job} job
 */
function end(id, job) {
  if (jobs.delete(id)) job.hash.free();
}

/**
 * @param {FromHasher} message
 * @param {Transferable[]} [transfer]
 */
function tell(message, transfer = []) {
  answers?.postMessage(message, { transfer });
}
