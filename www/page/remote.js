/**
 * A backup that the page's address names, on the server that the page came from:
 * `#open=dump/vzdump-qemu-100-….vma.zst`. No other server is asked, which the policy sees to.
 */
import { failure, RemoteError } from "../shared/failure.js";
import { isStrong } from "../shared/range-answer.js";
import { askForPart } from "../shared/range-request.js";
import { ownUrl } from "./own-url.js";

/** @typedef {import("../shared/remote.js").RemoteFile} RemoteFile */

/**
 * Finds out whether the server gives parts of the file, by its first byte.
 * @param {string} address told from the page's own
 * @returns {Promise<RemoteFile>}
 */
export async function remoteFile(address) {
  const url = ownUrl(address);
  const { answer, size } = await askForPart({ url: url.href, start: 0, end: 1 });
  const [etag, modified] = [answer.header("ETag"), answer.header("Last-Modified")];
  // Nobody could tell whether a part that comes later is of the same file.
  if (!isStrong(etag) && modified === null) {
    throw new RemoteError(failure("remote-unmarked", "neither ETag nor Last-Modified"));
  }
  const lastModified = Date.parse(modified ?? "") || 0;
  return { ...named(url), size, lastModified, etag, modified };
}

/**
 * What is known of a file by its address alone.
 * @param {URL} url
 * @returns {RemoteFile}
 */
export function named(url) {
  const name = decoded(url.pathname.split("/").at(-1) ?? "");
  return {
    ...{ name, size: 0, lastModified: 0, url: url.href, etag: null, modified: null },
    address: url.href.slice(url.origin.length),
  };
}

/** @param {string} name */
function decoded(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
