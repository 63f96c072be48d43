// What the page is made of beside our own files: the packages that cargo resolves for
// its wasm, as they lie on this machine.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root, terminalTarget, Told, wasmTarget } from "./tools.mjs";

/** The package that the page is named for. */
const PAGE = "vma-inspector";

/** The module of threads that unpack ahead. */
export const AHEAD = "vma_inspector_ahead";

/** The packages that become its wasm, by the module that each is. */
export const MODULES = {
  vma_inspector: "vma-wasm-core",
  vma_inspector_export: "vma-wasm-export",
  vma_inspector_disks: "vma-wasm-disks",
  vma_inspector_disk_file: "vma-wasm-disk-file",
  [AHEAD]: "vma-wasm-ahead",
  vma_inspector_files_unix: "vma-wasm-files-unix",
  vma_inspector_files_btrfs: "vma-wasm-files-btrfs",
  vma_inspector_files_others: "vma-wasm-files-others",
};

/** The package that writes the module around the wasm: its text is in there. */
const GENERATOR = "wasm-bindgen-cli-support";

/**
 * A package that takes part in the page.
 * Many fields: both lists that are written of it, for people and for programs, name most.
 * @typedef {object} Package
 * @property {string} id cargo's
 * @property {string} name
 * @property {string} version
 * @property {string} licence an expression of SPDX
 * @property {string[]} authors
 * @property {string | null} description
 * @property {string | null} repository
 * @property {string} folder where its source is
 * @property {boolean} isOurs
 * @property {string | null} sha256 of what the registry gave, by Cargo.lock
 * @property {"linked" | "text" | "build"} part its code is in the wasm; it wrote a part
 *   of the page; it only ran while that was built
 * @property {string[]} uses ids of those that it uses here
 */

/**
 * What cargo resolves for a platform, in its own form; what is lacking is downloaded.
 * @param {string} platform
 * @param {string[]} features of the page's own package
 */
function metadata(platform, features = []) {
  const own = features.flatMap((feature) => ["--features", `${PAGE}/${feature}`]);
  const args = ["metadata", "--locked", "--format-version=1", ...own];
  args.push("--filter-platform", platform);
  const result = spawnSync("cargo", args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (result.status !== 0) {
    throw new Told('"cargo metadata --locked" failed: see what it says above.');
  }
  return JSON.parse(result.stdout);
}

/** Checksums in Cargo.lock, by name and version. */
function checksums() {
  const lock = readFileSync(join(root, "Cargo.lock"), "utf8");
  const found = new Map();
  for (const block of lock.split("[[package]]").slice(1)) {
    const field = (name) => block.match(new RegExp(`^${name} = "(.*)"$`, "m"))?.[1];
    found.set(`${field("name")} ${field("version")}`, field("checksum") ?? null);
  }
  return found;
}

/** Ids of the packages that a package needs when it runs. */
function usedBy(node) {
  return node.deps
    .filter(({ dep_kinds: kinds }) => kinds.some(({ kind }) => kind === null))
    .map(({ pkg }) => pkg);
}

/** All that is reached from `starts`; what `isEnd` holds of is not gone beyond or taken. */
function reached(starts, nodes, isEnd) {
  const found = new Set();
  const waiting = [...starts];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (!found.has(id) && !isEnd(id)) {
      found.add(id);
      waiting.push(...usedBy(nodes.get(id)));
    }
  }
  return found;
}

/** One order wherever the page is built: by name, then version, in units of code. */
function inOrder(a, b) {
  const [one, other] = [`${a.name} ${a.version}`, `${b.name} ${b.version}`];
  return one < other ? -1 : Number(one > other);
}

/**
 * The page, as a package that is none of cargo's, and those that take part in it, in one order.
 * @returns {{ page: Package, packages: Package[] }}
 */
export function packagesOfPage() {
  return packagesOf(metadata(wasmTarget), Object.values(MODULES), GENERATOR);
}

/** The same for the terminal's program, as Node runs it. */
export function packagesOfTerminal() {
  return packagesOf(metadata(terminalTarget, ["cli"]), [PAGE], null);
}

/**
 * @param {ReturnType<typeof metadata>} resolved
 * @param {string[]} names of the packages that become wasm
 * @param {string | null} generatorName of the package that writes what is around it
 * @returns {{ page: Package, packages: Package[] }}
 */
function packagesOf({ packages, resolve }, names, generatorName) {
  const byId = new Map(packages.map((each) => [each.id, each]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const idOf = (name) => packages.find((each) => each.name === name).id;
  const isMacro = (id) => byId.get(id).targets.some(({ kind }) => kind.includes("proc-macro"));
  const crates = names.map(idOf);
  const all = reached(crates, nodes, () => false);
  const linked = reached(crates, nodes, isMacro);
  const generator = generatorName === null ? null : idOf(generatorName);
  const sha256 = checksums();
  const list = [...all, ...(generator === null ? [] : [generator])].map((id) => {
    const each = byId.get(id);
    return {
      id,
      name: each.name,
      version: each.version,
      licence: (each.license ?? "").replaceAll("/", " OR "),
      authors: each.authors.map((author) => author.replace(/ *<[^>]*>/, "")),
      description: each.description?.trim().replace(/\s+/g, " ") ?? null,
      repository: each.repository,
      folder: dirname(each.manifest_path),
      isOurs: each.source === null,
      sha256: sha256.get(`${each.name} ${each.version}`) ?? null,
      part: linked.has(id) ? "linked" : id === generator ? "text" : "build",
      uses: id === generator ? [] : usedBy(nodes.get(id)),
    };
  });
  list.sort(inOrder);
  const itself = list.find(({ id }) => id === idOf(PAGE));
  const page = { ...itself, id: "page", name: `${PAGE}-page`, uses: crates };
  return { page, packages: list };
}
