/**
 * The files of a folder on the page's own server, by the list that it gives: JSON of nginx or
 * Caddy, or a page for people, of which only its links count, so that of any server will do.
 */
import { failure, RemoteError } from "../../shared/failure.js";
import { partOf } from "../../shared/part-name.js";
import { isBackup } from "../backup-files.js";
import { ownUrl } from "../own-url.js";
import { named, remoteFile } from "../remote.js";
import { askForText } from "./beside.js";
import { DEPTH_MAX, isFull } from "./files.js";

/** @typedef {import("./files.js").Gathered} Gathered */

/** Links of a storage may lead in circles. */
const FOLDERS_MAX = 100;
const LIST_BYTES_MAX = 8 * 1024 * 1024;
const ASKED_AT_ONCE = 4;

/**
 * @param {string} address of the folder, told from the page's own, with a slash at its end
 * @returns {Promise<{ name: string } & Gathered>}
 */
export async function remoteFolder(address) {
  const folder = ownUrl(address);
  /** @type {Gathered} */
  const into = { found: [], isCut: false };
  let folders = [{ url: folder, path: "", deep: DEPTH_MAX }];
  for (let count = 0; folders[0] && !isFull(into); count += 1) {
    if (count === FOLDERS_MAX) return { name: address, ...into, isCut: true };
    const [{ url, path, deep }, ...others] = folders;
    const inside = await linksOf(url).catch((error) => {
      // Of a folder in it somebody may not have the right to see.
      if (count === 0) throw error;
      into.isCut = true;
      return [];
    });
    const within = inside.filter(({ pathname }) => pathname.endsWith("/"));
    if (within.length > 0 && deep === 0) into.isCut = true;
    take(inside, path, into);
    const next = deep === 0 ? [] : within;
    folders = others.concat(
      next.map((url) => ({ url, path: pathOf(url, folder), deep: deep - 1 })),
    );
  }
  if (!into.found.some(({ path }) => isBackup(path))) {
    throw new RemoteError(failure("remote-no-list", `${folder.pathname} names no backup`));
  }
  await measure(into);
  return { name: address, ...into };
}

/**
 * Backups and what lies beside them. Parts of one that was split are no `File`s, and cannot
 * be put together.
 * @param {URL[]} links
 * @param {string} path of their folder
 * @param {Gathered} into
 */
function take(links, path, into) {
  for (const url of links.filter(({ pathname }) => !pathname.endsWith("/"))) {
    const file = named(url);
    if (partOf(file.name) !== null || isFull(into)) continue;
    into.found.push({ path: path + file.name, file });
  }
}

/**
 * Of each backup how large it is; one that the server does not give is told of when it is read.
 * @param {Gathered} gathered
 */
async function measure({ found }) {
  const left = found.filter(({ path }) => isBackup(path));
  const lanes = Array.from({ length: ASKED_AT_ONCE }, async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { url } = /** @type {import("../../shared/remote.js").RemoteFile} */ (next.file);
      next.file = await remoteFile(url).catch(() => /** @type {any} */ (next).file);
    }
  });
  await Promise.all(lanes);
}

/**
 * @param {URL} url of a folder within
 * @param {URL} folder
 */
function pathOf(url, folder) {
  return decodeURIComponent(url.pathname.slice(folder.pathname.length));
}

/**
 * The addresses right below a folder that its list names, each once.
 * @param {URL} folder
 * @returns {Promise<URL[]>}
 */
async function linksOf(folder) {
  const names = await namesIn(folder);
  const urls = names.flatMap((name) => (URL.canParse(name, folder) ? new URL(name, folder) : []));
  return [...new Map(urls.map((url) => [url.href, url])).values()].filter((url) => {
    const below = url.pathname.slice(folder.pathname.length);
    const isBelow = url.origin === folder.origin && url.pathname.startsWith(folder.pathname);
    return isBelow && url.search === "" && /^[^/]+\/?$/.test(below) && isDecodable(below);
  });
}

/** @param {string} name */
function isDecodable(name) {
  try {
    return !/[/\\]/.test(decodeURIComponent(name).replace(/\/$/, ""));
  } catch {
    return false;
  }
}

/**
 * Of nginx's `autoindex_format json` (`name`, `type`), or of Caddy's `browse` (`name`, `is_dir`).
 * @param {any} entry
 * @returns {string[]}
 */
function nameIn(entry) {
  if (typeof entry?.name !== "string") return [];
  const isFolder = entry.type === "directory" || entry.is_dir === true;
  const name = encodeURIComponent(entry.name.replace(/\/$/, ""));
  return [`./${name}${isFolder ? "/" : ""}`];
}

/** The address that an `a` of HTML leads to. */
const HREF = /<a\s(?:[^>]*?\s)?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi;
const NAMED_CHARACTERS = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const CHARACTER = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi;

/**
 * What the links of a page lead to. Whatever a page is, no more is made of it: a document
 * would apply its styles and scripts, which the page's policy stops, and the browser complains.
 * @param {string} html
 */
function hrefsIn(html) {
  return [...html.matchAll(HREF)].map(([, double, single, bare]) =>
    (double ?? single ?? bare ?? "").replace(CHARACTER, (_, decimal, hex, name) =>
      name
        ? NAMED_CHARACTERS[/** @type {keyof typeof NAMED_CHARACTERS} */ (name.toLowerCase())]
        : characterOf(decimal ? Number(decimal) : Number.parseInt(hex, 16)),
    ),
  );
}

/** @param {number} code */
function characterOf(code) {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}

/**
 * The names, or addresses, in what the server gives for a folder.
 * @param {URL} folder
 * @returns {Promise<string[]>}
 */
async function namesIn(folder) {
  const accept = "application/json, text/html;q=0.9";
  const { status, type, text } = await askForText(folder.href, LIST_BYTES_MAX, accept);
  const said = `status ${status} from ${folder.href}`;
  if (status === 302 || status === 401) throw new RemoteError(failure("remote-login", said));
  if (status !== 200) throw new RemoteError(failure("remote-no-list", said));
  if (!type.startsWith("application/json")) return hrefsIn(text);
  const list = parsed(text);
  return Array.isArray(list) ? list.flatMap(nameIn) : [];
}

/** @param {string} json */
function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
