// What the Service Worker has to know of the page: its files with their hashes,
// and the headers that each is answered with. And the headers for hosts.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join, sep } from "node:path";
import { HASHES } from "./hashes.mjs";
import { HEADERS, TYPES } from "./headers.mjs";
import { NOTICES } from "./notices.mjs";
import { SBOM } from "./sbom.mjs";
import { Told } from "./tools.mjs";

/** The line of the Service Worker that is filled in, in www and as it is built. */
export const LINE = /^const PAGE = .*$/m;
/** So much of a hash tells one version of a file from another. */
const HASH_BYTES = 9;

/** The page as one file, beside the page. */
export const ONE_FILE = "vma-inspector.html";

/** Not of the running page: what is meant for a host or a reader, and who answers for it. */
const OTHERS = [
  "service-worker.js",
  "_headers",
  NOTICES,
  SBOM,
  HASHES,
  ONE_FILE,
  `${ONE_FILE}.sha256`,
];

/** The core's modules by themselves, for programs of others, and types. */
const FOR_OTHERS = /^core\/.*\.(js|ts)$/;

function isFetched(name) {
  return !OTHERS.includes(name) && !FOR_OTHERS.test(name);
}

/** Names and hashes of the files in the order of their names. */
function filesOf(folder) {
  const names = readdirSync(folder, { recursive: true })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => name.split(sep).join("/"))
    .filter(isFetched)
    .sort();
  return names.map((name) => {
    const hash = createHash("sha256").update(readFileSync(join(folder, name)));
    return [name, hash.digest().subarray(0, HASH_BYTES).toString("base64")];
  });
}

/**
 * Tells the Service Worker in `folder` of the files there. The same files give the
 * same version, wherever and whenever they are built.
 */
export function writePageFiles(folder) {
  const path = join(folder, "service-worker.js");
  const files = filesOf(folder);
  const endings = new Set(files.map(([name]) => extname(name)));
  const types = Object.fromEntries([...endings].map((ending) => [ending, TYPES[ending]]));
  const told = { headers: HEADERS, types, files: Object.fromEntries(files) };
  const version = createHash("sha256").update(JSON.stringify(told)).digest("hex").slice(0, 16);
  const script = readFileSync(path, "utf8");
  if (!LINE.test(script)) throw new Told("service-worker.js has no line for the page's files.");
  const line = `const PAGE = ${JSON.stringify({ version, ...told })};`;
  writeFileSync(
    path,
    script.replace(LINE, () => line),
  );
}

/** The headers in a file that Netlify and Cloudflare Pages read. */
export function writeHostHeaders(folder) {
  const lines = Object.entries(HEADERS).map(([name, value]) => `  ${name}: ${value}`);
  writeFileSync(join(folder, "_headers"), ["/*", ...lines, ""].join("\n"));
}
