// What lies between a file that is dropped and what is told of it first: one question to the
// Worker, and the next frame. Counted, as how long it takes depends on the machine.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
// It puts a document in place.
import "./shown-page.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { Actions } = await built("actions.js");
const { headView } = await built("views/head-view.js");
const { INITIAL, update } = await built("page/state.js");

const overview = {
  devices: [],
  configs: [],
  findings: [],
  container: "plain",
  headerStanding: "sound",
  createdAt: 1_714_979_289,
};
const archive = {
  archive: 7,
  overview,
  summary: null,
  fileName: { vmid: 112 },
  leftOut: null,
  image: null,
};

test("the first facts need one question, which is asked at once", async () => {
  const asked = [];
  let state = INITIAL;
  const worker = {
    request: (kind) => new Promise((resolve) => asked.push({ kind, resolve })),
  };
  const send = (event) => {
    const before = state;
    state = update(state, event);
    actions.handle(event, before);
  };
  const actions = new Actions(worker, send, () => state);
  send({ type: "file-chosen", file: { name: "x.vma", size: 1 } });
  assert.deepEqual(
    asked.map(({ kind }) => kind),
    ["open"],
    "before any other task of the page",
  );
  asked[0].resolve(archive);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(state.archive?.id, 7);
  headView()(state);
  assert.match(document.getElementById("head").textContent, /VM 112.*2024/);
  // The rest is asked behind it.
  assert.deepEqual(
    asked.map(({ kind }) => kind),
    ["open", "scan"],
  );
});

test("a configuration that a person has opened is not drawn anew when the scan ends", () => {
  const [summary, leftOut] = [{ name: "web-1", notes: "of the machine" }, [{ key: "ide2" }]];
  const opened = { type: "opened", file: { name: "a.vma", size: 1 } };
  const told = { ...archive, summary, leftOut };
  const before = update(INITIAL, { ...opened, archive: told }).archive;
  const trusted = (facts) => {
    const trust = { damage: [], ...structuredClone({ summary, leftOut, ...facts }) };
    return update({ ...INITIAL, archive: before }, { type: "trust-arrived", archive: 7, trust });
  };
  const same = trusted({}).archive;
  assert.equal(same.summary, summary);
  assert.equal(same.leftOut, leftOut);
  // Where the header came up only later, more is known.
  const more = { ...summary, name: "web-2" };
  assert.deepEqual(trusted({ summary: more }).archive.summary, more);
});
