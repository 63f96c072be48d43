/** Short texts: what lies beside a backup, and what a server says. */
import { failure, RemoteError } from "../../shared/failure.js";

/** What is not there by then never will be. */
const PATIENCE_MS = 60_000;

/**
 * The beginning of a text file; nothing of one that cannot be read.
 * @param {File | import("../../shared/remote.js").RemoteFile | null} file
 * @param {number} bytes
 * @returns {Promise<string>}
 */
export async function textOf(file, bytes) {
  if (!file) return "";
  const text = file instanceof File ? file.slice(0, bytes).text() : remoteText(file.url, bytes);
  return await text.catch(() => "");
}

/**
 * @param {string} url
 * @param {number} bytes
 */
async function remoteText(url, bytes) {
  const { status, type, text } = await askForText(url, bytes);
  return status === 200 && !/^text\/html\b/i.test(type) ? text : "";
}

/**
 * What the page's own server gives, up to so much of it; a redirect is not followed, and told
 * as a 302.
 * @param {string} url
 * @param {number} bytes
 * @param {string} [accept] types of contents that are understood
 */
export async function askForText(url, bytes, accept = "*/*") {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  try {
    const { signal } = abort;
    const headers = { accept };
    const response = await fetch(url, { headers, cache: "no-store", redirect: "manual", signal });
    const status = response.type === "opaqueredirect" ? 302 : response.status;
    const type = response.headers.get("Content-Type") ?? "";
    return { status, type, text: status === 200 ? await beginningOf(response, bytes) : "" };
  } catch (error) {
    throw new RemoteError(failure("remote-unreachable", String(error)));
  } finally {
    clearTimeout(timer);
    // What is left of it is not wanted.
    abort.abort();
  }
}

/**
 * @param {Response} response
 * @param {number} bytes
 */
async function beginningOf({ body }, bytes) {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let left = bytes; reader && left > 0;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.length;
  }
  return text;
}
