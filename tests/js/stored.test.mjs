// What the page may store, and where: no file stores anything that the list of all
// that is stored does not know.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../www/build/tools.mjs";
import * as stored from "../../www/shared/stored.js";

const sources = readdirSync(join(root, "www"), { recursive: true })
  .filter((name) => name.endsWith(".js") && !/^(build|docs)\//.test(name))
  .map((name) => ({ name, source: readFileSync(join(root, "www", name), "utf8") }));

/** Files that use one of these words of browsers. */
function using(pattern) {
  return sources.filter(({ source }) => pattern.test(source)).map(({ name }) => name);
}

test("only files that are known to use a browser's storage", () => {
  assert.deepEqual(using(/\b(sessionStorage|cookieStore|document\.cookie)\b/), []);
  assert.deepEqual(using(/\bindexedDB\b/).sort(), ["page/recent/store.js", "page/stored.js"]);
  assert.deepEqual(using(/\blocalStorage\b/).sort(), ["page/stored.js", "shared/settings.js"]);
  assert.deepEqual(using(/\bcaches\.open\b/).sort(), ["page/stored.js", "service-worker.js"]);
  assert.deepEqual(using(/\bgetDirectory\(/).sort(), [
    "page/saving/room.js",
    "page/saving/staged.js",
    "page/stored.js",
    "worker/kept-scans.js",
    "worker/saving/sinks.js",
  ]);
});

test("whatever they store has a name in the list of all", () => {
  const { STORED, ...names } = stored;
  const listed = Object.values(STORED).flat();
  assert.deepEqual(Object.values(names).sort(), [...listed].sort());
  const inFile = (file) => sources.find(({ name }) => name === file).source;
  const [kept] = STORED.folders;
  assert.ok(inFile("worker/kept-scans.js").includes(`"${kept}"`));
  assert.ok(inFile("service-worker.js").includes(`\`${STORED.caches[0]}\${`));
});
