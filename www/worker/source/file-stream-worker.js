/**
 * Reads a file from front to back on a thread of its own, ahead of the Worker
 * that unpacks it: that one is busy most of the time, and bytes only come in
 * where somebody takes them. They come in a few buffers that go to and fro.
 */
import { holding } from "../../shared/holding.js";
import { helpOpenly } from "../help-openly.js";
import { fill } from "./read-into.js";

/** @typedef {import("./file-stream.js").ToStream} ToStream */
/** @typedef {import("./file-stream.js").FromStream} FromStream */

const MIB = 1024 * 1024;
/** Bytes of a buffer. Pieces end at multiples of it, as the core's reads do. */
const PIECE_BYTES = MIB;
const BUFFERS = 24;

/** @type {ArrayBuffer[]} */
const free = [];
let made = 0;
/** The run that is wanted; those before it end when they notice. */
let wanted = 0;
/** @type {(() => void)[]} */
let waiting = [];

/** @type {MessagePort | null} */
let answers = null;

helpOpenly();

self.onmessage = ({ data }) => {
  const { port } = /** @type {import("../../shared/messages.js").ToHelper} */ (data);
  answers = port;
  port.onmessage = ({ data: message }) => hear(message);
  send({ kind: "ready" });
};

/** @param {ToStream} message */
function hear(message) {
  if (message.kind === "start") start(message);
  else if (message.kind === "stop") stop();
  else if (free.length < BUFFERS) free.push(message.buffer);
  wake();
}

/** Ends what is going on; buffers that are elsewhere are not waited for. */
function stop() {
  wanted = 0;
  free.length = 0;
  made = 0;
}

function wake() {
  const all = waiting;
  waiting = [];
  for (const resolve of all) resolve();
}

/** @param {Extract<ToStream, { kind: "start" }>} message */
async function start({ run: own, file, offset }) {
  wanted = own;
  try {
    const reader = file.slice(offset).stream().getReader({ mode: "byob" });
    await holding(reader, () => pump(reader, own, offset, file.size));
    reader.cancel().catch(() => {});
  } catch {
    send({ kind: "failed", run: own });
  }
}

/**
 * @param {ReadableStreamBYOBReader} reader
 * @param {number} own
 * @param {number} offset
 * @param {number} end
 */
async function pump(reader, own, offset, end) {
  for (let at = offset; at < end;) {
    const buffer = await nextBuffer(own);
    if (!buffer) return;
    const length = Math.min(PIECE_BYTES - (at % PIECE_BYTES), end - at);
    const bytes = await fill(reader, buffer, length);
    send({ kind: "piece", run: own, offset: at, bytes }, [bytes.buffer]);
    at += length;
  }
}

/**
 * A buffer that is free, once there is one; none if another run has begun.
 * @param {number} own
 */
async function nextBuffer(own) {
  while (wanted === own) {
    const buffer = free.pop();
    if (buffer) return buffer;
    if (made < BUFFERS) {
      made += 1;
      return new ArrayBuffer(PIECE_BYTES);
    }
    await /** @type {Promise<void>} */ (new Promise((resolve) => waiting.push(resolve)));
  }
  return null;
}

/**
 * @param {FromStream} message
 * @param {Transferable[]} [transfer]
 */
function send(message, transfer = []) {
  answers?.postMessage(message, { transfer });
}
