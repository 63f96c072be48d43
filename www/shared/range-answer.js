/**
 * Whether an answer to a request of a part of a file (RFC 9110, 14) is that part of that
 * file, and nothing else. Whatever is not sure is a failure: no byte of such an answer counts.
 */
import { failure } from "./failure.js";

/** @typedef {import("./messages.js").Failure} Failure */
/** @typedef {import("./remote.js").RangeAnswer} RangeAnswer */
/** @typedef {import("./remote.js").RemoteFile} RemoteFile */
/** @typedef {{ size: number, failure: null } | { size: null, failure: Failure }} Judged */

/** What is looked at of the numbers of a `Content-Range`: those that a double holds. */
const CONTENT_RANGE = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/;

/**
 * Headers of a request that have the server answer 412 where the file has changed. It is
 * not `If-Range`: with that a changed file comes whole, however large it is. A tag that is
 * weak (`W/…`) is no proof of bytes, and none that a server may match here.
 * @param {Pick<RemoteFile, "etag" | "modified">} file
 * @returns {Record<string, string>}
 */
export function sameFileHeaders({ etag, modified }) {
  if (isStrong(etag)) return { "If-Match": etag };
  return modified === null ? {} : { "If-Unmodified-Since": modified };
}

/**
 * @param {string | null} etag
 * @returns {etag is string}
 */
export function isStrong(etag) {
  return etag !== null && etag.startsWith('"');
}

/**
 * The size of the whole file, if an answer begins as one to a request of bytes from `start`
 * to before `end`; what is wrong with it otherwise.
 * @param {RangeAnswer} answer
 * @param {{ url: string, start: number, end: number }} wanted
 * @returns {Judged}
 */
export function partIn(answer, { url, start, end }) {
  const wrong = wrongStatus(answer, url) ?? wrongEncoding(answer);
  if (wrong) return { size: null, failure: wrong };
  const range = answer.header("Content-Range") ?? "";
  const [, from, last, all] = CONTENT_RANGE.exec(range) ?? [];
  const isWhole = Number(from) === start && Number(last) === end - 1 && Number(all) >= end;
  const size = Number(all);
  if (!isWhole || !Number.isSafeInteger(size)) {
    const asked = `bytes ${start}-${end - 1}`;
    return { size: null, failure: failure("remote-wrong-part", `${asked}: got "${range}"`) };
  }
  return { size, failure: null };
}

/**
 * What is wrong with as many bytes as came of a part; null if they are all of it.
 * @param {number} came
 * @param {number} wanted
 * @returns {Failure | null}
 */
export function cutAt(came, wanted) {
  if (came === wanted) return null;
  return failure("remote-cut", `${came} bytes came of ${wanted}`);
}

/**
 * What an answer says that is not of the file as it was when it was opened.
 * @param {RangeAnswer} answer
 * @param {number} size of the whole by this answer
 * @param {Pick<RemoteFile, "size" | "etag" | "modified">} file
 * @returns {Failure | null}
 */
export function changeIn(answer, size, file) {
  const tag = answer.header("ETag");
  const modified = answer.header("Last-Modified");
  if (size === file.size && tag === file.etag && modified === file.modified) return null;
  const facts = [size, tag, modified].join(" ");
  return failure("remote-changed", `${facts}, not ${file.size} ${file.etag} ${file.modified}`);
}

/**
 * @param {RangeAnswer} answer
 * @param {string} url
 * @returns {Failure | null}
 */
function wrongStatus(answer, url) {
  const { status } = answer;
  const said = `status ${status} from ${answer.url}`;
  if (status === 0) return failure("remote-unreachable", said);
  const isElsewhere = (status >= 300 && status < 400) || answer.url !== url;
  // A page for people stands where a backup should: most often one that asks who they are.
  const isPage = status >= 200 && status < 300 && isHtml(answer);
  if (isElsewhere || isPage || ASKS_WHO.has(status)) return failure("remote-login", said);
  if (status === 200) return failure("remote-no-parts", said);
  if (status === 404 || status === 410) return failure("remote-missing", said);
  if (status === 416 && answer.header("Content-Range") === "bytes */0") {
    return failure("remote-empty", said);
  }
  // The file is not as it was, or ends before the part.
  if (status === 412 || status === 416) return failure("remote-changed", said);
  return status === 206 ? null : failure("remote-broken", said);
}

/** 403 too: who is not known may be told so. */
const ASKS_WHO = new Set([401, 403, 407]);

/** @param {RangeAnswer} answer */
function isHtml(answer) {
  return /^text\/html\b/i.test(answer.header("Content-Type") ?? "");
}

/**
 * @param {RangeAnswer} answer
 * @returns {Failure | null}
 */
function wrongEncoding(answer) {
  const encoding = answer.header("Content-Encoding");
  if (encoding === null || encoding.trim().toLowerCase() === "identity") return null;
  return failure("remote-encoded", `Content-Encoding: ${encoding}`);
}
