/**
 * Asks the page's own server for a part of a file, and reads no more of the answer than that
 * part: not the whole of a file where the server knows no parts, and nothing behind a redirect.
 */
import { failure, RemoteError } from "./failure.js";
import { cutAt, partIn } from "./range-answer.js";

/** @typedef {import("./remote.js").RangeAnswer} RangeAnswer */

/** An answer of which nothing comes for so long is not waited for any more. */
const SILENT_MS = 60_000;

/**
 * @typedef {object} Wanted
 * @property {string} url
 * @property {number} start
 * @property {number} end
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal] gives it up
 * @property {(answer: RangeAnswer, size: number) => import("./messages.js").Failure | null} [judge]
 *   what else is wrong with an answer that is one to this request
 */

/**
 * The part, with what the server said of it.
 * @param {Wanted} wanted
 * @returns {Promise<{ answer: RangeAnswer, size: number, bytes: Uint8Array<ArrayBuffer> }>} `size`
 *   of the whole file
 */
export async function askForPart({ url, start, end, headers = {}, signal, judge }) {
  const patience = new Patience(signal);
  /** @type {Response | null} */
  let response = null;
  try {
    response = await patience.of(
      fetch(url, {
        headers: { ...headers, Range: `bytes=${start}-${end - 1}` },
        cache: "no-store",
        redirect: "manual",
        signal: patience.signal,
      }),
    );
    const answer = answerIn(response, url);
    const { size, failure: wrong } = partIn(answer, { url, start, end });
    const fault = wrong ?? judge?.(answer, size) ?? null;
    if (fault) throw new RemoteError(fault);
    return { answer, size: Number(size), bytes: await bytesOf(response, end - start, patience) };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RemoteError) throw error;
    throw new RemoteError(failure("remote-unreachable", String(error)));
  } finally {
    // Nothing more of it is read, whatever is still on its way. In a Worker of Firefox (153) an
    // answer of which nothing was read yet goes on coming in spite of the signal.
    if (response?.body?.locked === false) response.body.cancel().catch(() => {});
    patience.end();
  }
}

/**
 * @param {Response} response
 * @param {string} url that was asked for
 * @returns {RangeAnswer}
 */
function answerIn({ status, type, url: from, headers }, url) {
  // What a redirect leads to is not told to a page.
  const isRedirect = type === "opaqueredirect";
  return {
    status: isRedirect ? 302 : status,
    url: isRedirect ? url : from,
    header: (name) => headers.get(name),
  };
}

/**
 * @param {Response} response
 * @param {number} length
 * @param {Patience} patience
 */
async function bytesOf({ body }, length, patience) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  const bytes = new Uint8Array(length);
  let came = 0;
  for (;;) {
    const { done, value } = await patience.of(reader.read());
    if (done) break;
    if (came + value.length <= length) bytes.set(value, came);
    came += value.length;
    if (came > length) break;
  }
  const cut = cutAt(came, length);
  if (cut) throw new RemoteError(cut);
  return bytes;
}

/** Gives a request up once nothing has come of it for long, or another signal says so. */
class Patience {
  #abort = new AbortController();
  #signal;
  #stop = () => this.#abort.abort();
  signal = this.#abort.signal;

  /** @param {AbortSignal | undefined} signal */
  constructor(signal) {
    this.#signal = signal;
    signal?.addEventListener("abort", this.#stop);
    if (signal?.aborted) this.#stop();
  }

  /**
   * @template Value
   * @param {Promise<Value>} step
   */
  async of(step) {
    const timer = setTimeout(this.#stop, SILENT_MS);
    return await step.finally(() => clearTimeout(timer));
  }

  end() {
    this.#signal?.removeEventListener("abort", this.#stop);
    this.#stop();
  }
}
