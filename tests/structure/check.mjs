// Holds the whole repository against its own rules; prints what breaks them:
//
//     node tests/structure/check.mjs [folder of a checkout]

import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { circleOfTable, circlesOf, tableOf, wrongArrows } from "./arrows.mjs";
import { codesOf, comparisons } from "./comparisons.mjs";
import { machinePaths, tooManyBytes } from "./committed.mjs";
import { scriptImports } from "./javascript.mjs";
import { rustImports } from "./rust.mjs";
import { DATA_TABLES, FILE_LINES, tooLarge } from "./sizes.mjs";
import { codeOf } from "./text.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const CODE = /\.(rs|js|mjs|ts|css|html)$/;

/** Committed and new files of a checkout that are there. */
function namesOf(folder) {
  const options = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const names = execFileSync("git", options, { cwd: folder, encoding: "utf8" }).split("\0");
  const isFile = (name) =>
    statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() ?? false;
  return [...new Set(names)].filter((name) => name !== "" && isFile(name)).sort();
}

/** A checkout: its files' names, and the code of those that hold some. */
export function read(folder) {
  const names = namesOf(folder);
  const files = new Map();
  for (const name of names.filter((name) => CODE.test(name))) {
    const text = readFileSync(join(folder, name), "utf8");
    files.set(name, { text, ...codeOf(name, text) });
  }
  return { folder, names, files };
}

function under({ files }, prefix, ending) {
  const inside = [...files].filter(([name]) => name.startsWith(prefix) && ending.test(name));
  return new Map(inside.map(([name, file]) => [name.slice(prefix.length), file]));
}

/** The tables as the picture in ARCHITECTURE.md has them. */
function tablesOf(folder) {
  const text = readFileSync(join(folder, ".github/ARCHITECTURE.md"), "utf8");
  return { src: tableOf(text, "src"), www: tableOf(text, "www") };
}

function importsOf(checkout) {
  const page = new Map(
    [...under(checkout, "www/", /\.(js|ts)$/)].filter(([name]) => !name.startsWith("build/")),
  );
  return { src: rustImports(under(checkout, "src/", /\.rs$/)), www: scriptImports(page) };
}

const inFolder = (name, problems) => problems.map((problem) => `${name}/${problem}`);

function ofEach(checkout, what) {
  return [...checkout.files].flatMap(([path, file]) => what(path, file));
}

/** Each rule by its name, with what breaks it in a checkout. */
export const rules = {
  "imports go one way": (checkout) => {
    const [tables, imports] = [tablesOf(checkout.folder), importsOf(checkout)];
    return Object.keys(tables).flatMap((name) => {
      const circle = circleOfTable(tables[name]);
      const ofTable = circle === null ? [] : [`${name}: the table itself: ${circle.join(" -> ")}`];
      return [...ofTable, ...inFolder(name, wrongArrows(tables[name], imports[name]))];
    });
  },
  "no files import one another in a circle": (checkout) =>
    Object.entries(importsOf(checkout)).flatMap(([name, imports]) => {
      const graph = new Map([...imports].map(([file, targets]) => [file, new Set(targets.keys())]));
      return inFolder(
        name,
        circlesOf(graph).map((group) => group.join(" <-> ")),
      );
    }),
  "functions, files and types are small": (checkout) => {
    const stale = [...DATA_TABLES.keys()].filter((path) => {
      const file = checkout.files.get(path);
      return file === undefined || file.text.split("\n").length <= FILE_LINES;
    });
    const wrong = stale.map((path) => `${path}: is no long table, and is listed as one`);
    return [...ofEach(checkout, (path, file) => tooLarge(path, file)), ...wrong];
  },
  "src/source imports nothing of ours": ({ folder, files }) => {
    const manifest = readFileSync(join(folder, "src/source/Cargo.toml"), "utf8");
    return [...foreignInSource(files), ...ownDependencies(manifest)];
  },
  "byteorder is used in one file": ({ files }) => manyByteorders(files),
  "nothing is compared by code or text, and no finding taken back": (checkout) => {
    const codes = codesOf(checkout.files);
    return ofEach(checkout, (path, file) => comparisons(path, file, codes));
  },
  "committed files are small and of no one machine": ({ folder, names }) =>
    names.flatMap((name) => {
      const bytes = readFileSync(join(folder, name));
      const text = bytes.includes(0) ? "" : bytes.toString("utf8");
      return [...tooManyBytes(name, bytes.length), ...machinePaths(name, text)];
    }),
};

export function foreignInSource(files) {
  return [...files]
    .filter(
      ([name, { code }]) => /^src\/source\/.*\.rs$/.test(name) && /\bvma_inspector\b/.test(code),
    )
    .map(([name]) => `${name}: names vma_inspector`);
}

export function ownDependencies(manifest) {
  const lines = manifest
    .split("\n")
    .filter((line) => /^[\w-]+\s*=\s*.*\bpath\s*=\s*"\.\.?\//.test(line));
  return lines.map((line) => `src/source/Cargo.toml: depends on our own: ${line}`);
}

export function manyByteorders(files) {
  const users = [...files]
    .filter(([name, { code }]) => /^src\/.*\.rs$/.test(name) && /\bbyteorder\b/.test(code))
    .map(([name]) => name);
  return users.length === 1
    ? []
    : [`byteorder is used in ${users.length} files: ${users.join(", ")}`];
}

function report(folder) {
  const checkout = read(folder);
  const lines = Object.entries(rules).flatMap(([name, rule]) => {
    const problems = rule(checkout);
    return [
      `${problems.length === 0 ? "holds" : `BROKEN ${problems.length} times`}: ${name}`,
      ...problems.map((problem) => `    ${problem}`),
    ];
  });
  console.log(lines.join("\n"));
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  report(argv[2] ?? root);
}
