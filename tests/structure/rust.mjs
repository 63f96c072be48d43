// What Rust files import: `use` lines and paths, followed to the file that
// defines what is named, through the re-exports of the folders' `mod.rs`.

import { closing, lineAt } from "./text.mjs";

/** Modules by path, such as `container::zstd`: `{ file, code, uses }`. */
export function modulesOf(files) {
  const modules = new Map();
  for (const [file, { code }] of files) {
    const parts = file.replace(/\.rs$/, "").split("/");
    if (["mod", "lib"].includes(parts.at(-1))) parts.pop();
    modules.set(parts.join("::"), { file, code, uses: usesOf(code) });
  }
  return modules;
}

/** `mod name { … }` inside a file, as `{ name, start, end }`. */
function innerModules(code) {
  return [...code.matchAll(/\bmod\s+(\w+)\s*\{/g)].map((found) => {
    const open = found.index + found[0].length - 1;
    return { name: found[1], start: open, end: closing(code, open) };
  });
}

/** The leaves of a `use` tree: `{ path, name }`. */
function leaves(tree, prefix = []) {
  const text = tree.trim();
  const open = text.indexOf("{");
  if (open < 0) {
    const [path, alias] = text.split(/\s+as\s+/);
    const parts = [...prefix, ...path.split("::").filter(Boolean)];
    if (parts.at(-1) === "self") parts.pop();
    return parts.length > 0 ? [{ path: parts, name: alias ?? parts.at(-1) }] : [];
  }
  const before = [...prefix, ...text.slice(0, open).split("::").filter(Boolean)];
  return splitTop(text.slice(open + 1, closing(text, open))).flatMap((part) =>
    leaves(part, before),
  );
}

function splitTop(text) {
  const parts = [""];
  let depth = 0;
  for (const letter of text) {
    if (letter === "{") depth += 1;
    if (letter === "}") depth -= 1;
    if (letter === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  return parts.filter((part) => part.trim() !== "");
}

/** Every `use` of a file: `{ path, name, isPublic, at, end, inner }`. */
function usesOf(code) {
  const inner = innerModules(code);
  return [...code.matchAll(/(\bpub(?:\([^)]*\))?\s+)?\buse\s+([^;]+);/g)].flatMap((found) => {
    const at = found.index;
    const end = at + found[0].length;
    const depth = inner.filter((module) => module.start < at && at < module.end).length;
    return leaves(found[2]).map(({ path, name }) => ({
      ...{ path, name, at, end, depth },
      isPublic: found[1] !== undefined,
    }));
  });
}

/** Names of the crates that are ours, as they are written in paths. */
const OWN = {
  vma_source: "source",
  vma_file_system: "file_system",
  vma_zstd: "zstd",
  vma_wasm: "wasm::shared",
  vma_wasm_files: "wasm::files",
  vma_wasm_bytes: "wasm::bytes",
  vma_wasm_disk_file: "wasm::disk_file",
  vma_wasm_core: "wasm::core",
  vma_wasm_ahead: "wasm::ahead",
  vma_wasm_export: "wasm::export",
  vma_wasm_disks: "wasm::disks",
  vma_wasm_files_unix: "wasm::files_unix",
  vma_wasm_files_btrfs: "wasm::files_btrfs",
  vma_wasm_files_others: "wasm::files_others",
  vma_inspector: "",
};

/** The crate that a module is in, as the path of its root. */
function crateOf(path) {
  const roots = Object.values(OWN).map((root) => root.split("::").filter(Boolean));
  return roots
    .filter((root) => root.every((part, at) => part === path[at]))
    .reduce((longest, root) => (root.length > longest.length ? root : longest), []);
}

/** The module path that a path stands for, from the root; null if it is another's. */
function absolute(path, module, depth, root) {
  const [first, ...rest] = path;
  if (first === "crate") return [...root, ...rest];
  if (first in OWN) return [...OWN[first].split("::").filter(Boolean), ...rest];
  if (first === "self") return [...module, ...rest];
  if (first === "super") {
    let [base, left, up] = [[...module], path, depth];
    for (; left[0] === "super"; left = left.slice(1)) {
      if (up > 0) up -= 1;
      else base = base.slice(0, -1);
    }
    return [...base, ...left];
  }
  return null;
}

/** The file that defines what an absolute path names. */
function definer(modules, path, root, seen = new Set()) {
  let length = path.length;
  while (length > 0 && !modules.has(path.slice(0, length).join("::"))) length -= 1;
  const name = path.slice(0, length).join("::");
  const module = modules.get(name);
  if (module === undefined) return null;
  const wanted = path[length];
  if (wanted === undefined || seen.has(`${name}::${wanted}`)) return module.file;
  seen.add(`${name}::${wanted}`);
  const export_ = module.uses.find((use) => use.isPublic && use.name === wanted);
  if (export_ === undefined) return module.file;
  const own = resolve(modules, export_.path, path.slice(0, length), export_.depth, root);
  return (own && definer(modules, own, root, seen)) ?? module.file;
}

/** Like `absolute`, and a path may start with a child or with a name of the crate's root. */
function resolve(modules, path, module, depth, root) {
  const own = absolute(path, module, depth, root);
  if (own !== null) return own;
  if (modules.has([...module, path[0]].join("::"))) return [...module, ...path];
  return null;
}

/**
 * What each file imports, with the line.
 * @param {Map<string, { code: string }>} files by path under `src`
 */
export function rustImports(files) {
  const modules = modulesOf(files);
  const imports = new Map();
  for (const [name, module] of modules) {
    const path = name.split("::").filter(Boolean);
    imports.set(module.file, importsOf(modules, module, path, crateOf(path)));
  }
  return imports;
}

function importsOf(modules, module, path, root) {
  const found = new Map();
  const add = (target, depth, at) => {
    const own = resolve(modules, target, path, depth, root);
    const file = own && definer(modules, own, root);
    if (file && file !== module.file && !found.has(file)) found.set(file, lineAt(module.code, at));
  };
  // How far a name is visible is no import of the folder that it is visible in.
  let rest = module.code.replace(/\bpub\(in [^)]*\)/g, (found) => " ".repeat(found.length));
  for (const use of module.uses) {
    rest = rest.slice(0, use.at) + " ".repeat(use.end - use.at) + rest.slice(use.end);
  }
  for (const use of module.uses) {
    // A folder that only passes a name on does not use it.
    const passesOn = use.isPublic && !new RegExp(`\\b${use.name}\\b`).test(rest);
    if (!passesOn) add(use.path, use.depth, use.at);
  }
  const inner = innerModules(module.code);
  const depthAt = (at) => inner.filter(({ start, end }) => start < at && at < end).length;
  for (const one of rest.matchAll(/(?<![\w:])[a-z_]\w*(?:::\w+)+/g)) {
    const parts = one[0].split("::");
    const isShadowed = module.uses.some((use) => use.name === parts[0]);
    if (!isShadowed) add(parts, depthAt(one.index), one.index);
  }
  return found;
}
