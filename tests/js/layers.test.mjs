// The folders of www are layers: imports go one way, and no file imports itself
// by way of others. Types count as much as code.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { root } from "../../www/build/tools.mjs";

const www = join(root, "www");

/** From which folder to which others an import may go; "core" is the core's module. */
const ARROWS = {
  shared: ["core"],
  words: ["shared", "core"],
  page: ["words", "shared", "core"],
  views: ["page", "words", "shared", "core"],
  worker: ["shared", "core"],
  "one-file": ["page", "shared", "main.js"],
  package: ["worker", "core"],
  "start.js": ["page", "main.js"],
  "main.js": [
    "actions.js",
    "later.js",
    "parts-later.js",
    "views",
    "page",
    "words",
    "shared",
    "core",
  ],
  "later.js": ["parts-later.js", "page", "shared", "words"],
  "parts-later.js": ["parts-of-backup.js", "views", "page", "words"],
  "parts-of-backup.js": ["views", "page"],
  "actions.js": ["later.js", "page", "shared"],
  "service-worker.js": ["shared"],
};

/** What goes beyond folders: these files never import those. */
const NEVER = [
  [/^views\//, /^page\/(saving\/|actions|trust|worker-client)/, "views neither save nor ask"],
  [/^page\/(state|save)\.js$/, /^words\//, "the state has no words"],
];

const files = readdirSync(www, { recursive: true }).filter(
  (name) => /\.(js|d\.ts)$/.test(name) && !/^(build|docs)\//.test(name),
);

/** Files that a file imports, as code or for types, or starts as a thread. */
function importsOf(name) {
  const source = readFileSync(join(www, name), "utf8");
  const found = source.matchAll(/(?:from |import\(|import |URL\()"(\.{1,2}\/[^"]+)"/g);
  const paths = [...found]
    .map(([, path]) => path)
    .filter((path) => !/\.(css|wasm|zst)$/.test(path));
  return paths.map((path) => existing(normalize(join(dirname(name), path))));
}

/** Types of `x.js` may stand in `x.d.ts`. */
function existing(path) {
  const types = path.replace(/\.js$/, ".d.ts");
  return !existsSync(join(www, path)) && existsSync(join(www, types)) ? types : path;
}

const graph = new Map(files.map((name) => [name, importsOf(name)]));
const roomOf = (name) => name.split("/")[0];

test("imports between the folders of www go one way", () => {
  assert.ok(graph.size > 60, `${graph.size} files`);
  for (const [name, imported] of graph) {
    for (const other of imported) {
      const [from, to] = [roomOf(name), roomOf(other)];
      const isStart = name === "page/threads.js";
      const fits = from === to || ARROWS[from]?.includes(to);
      assert.ok(fits || (isStart && /worker\.js$/.test(other)), `${name} imports ${other}`);
      for (const [who, whom, why] of NEVER) {
        assert.ok(!who.test(name) || !whom.test(other), `${name} imports ${other}: ${why}`);
      }
    }
  }
});

test("no files of www import each other in a circle", () => {
  const done = new Set();
  const visit = (name, path) => {
    assert.ok(!path.includes(name), [...path.slice(path.indexOf(name)), name].join(" -> "));
    if (done.has(name)) return;
    for (const other of graph.get(name) ?? []) visit(other, [...path, name]);
    done.add(name);
  };
  for (const name of graph.keys()) visit(name, []);
});

test("every import leads to a file", () => {
  for (const [name, imported] of graph) {
    for (const other of imported) {
      // Those are made when the page is built.
      const isMade = /^core\/|^words\/(catalogue|rules)\.js$|^vma-inspector-save\//.test(other);
      assert.ok(isMade || existsSync(join(www, other)), `${name} imports ${other}`);
    }
  }
});

test("every file is checked by tsc, as the thread has it that it runs on", () => {
  const tsc = join(root, "node_modules/.bin/tsc");
  const projects = readdirSync(www).filter((name) => /^tsconfig.*\.json$/.test(name));
  const seen = projects.flatMap((project) => {
    const list = execFileSync(tsc, ["--listFilesOnly", "--project", join(www, project)]);
    return String(list).split("\n");
  });
  const checked = new Set(seen.map((path) => path.trim().replace(www, "").slice(1)));
  assert.deepEqual(
    files.filter((name) => !checked.has(name)),
    [],
  );
});

test("no stylesheet has more than 500 lines", () => {
  for (const name of readdirSync(join(www, "styles"))) {
    const lines = readFileSync(join(www, "styles", name), "utf8").split("\n").length - 1;
    assert.ok(lines <= 500, `${name} has ${lines}`);
  }
});
