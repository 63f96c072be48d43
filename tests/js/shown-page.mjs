// The page under Node: its own views, over the core and a document that does no
// more than hold elements, so that they can be counted.

import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { FileDescriptorSource } from "../../www/worker/source/node-source.js";
import { Archive, backup } from "./both-modules.mjs";
import "./turns.mjs";

class Element {
  attributes = new Map();
  childNodes = [];
  listeners = new Map();
  style = {};
  hidden = false;
  value = "";

  constructor(tag) {
    this.tag = tag;
  }

  append(...nodes) {
    this.childNodes.push(...nodes);
  }

  replaceChildren(...nodes) {
    this.childNodes = nodes;
  }

  setAttribute(name, value) {
    this.attributes.set(name, value);
    // As that of an option does.
    if (name === "value") this.value = value;
  }

  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  removeAttribute(name) {
    this.attributes.delete(name);
  }

  addEventListener(name, listener) {
    this.listeners.set(name, listener);
  }

  /** As if a person did it. */
  dispatch(name) {
    this.listeners.get(name)?.({});
  }

  get id() {
    return this.attributes.get("id") ?? "";
  }

  get children() {
    return this.childNodes.filter((node) => node instanceof Element);
  }

  get options() {
    return this.children;
  }

  get textContent() {
    return this.childNodes.map((node) => node.textContent ?? node).join("");
  }

  set textContent(text) {
    this.childNodes = [text];
  }

  hasChildNodes() {
    return this.childNodes.length > 0;
  }

  contains(other) {
    return this === other || this.children.some((child) => child.contains(other));
  }

  querySelector() {
    return null;
  }

  querySelectorAll() {
    return [];
  }

  closest() {
    return null;
  }

  focus() {}

  /** It and all that is in it. */
  all() {
    return [this, ...this.children.flatMap((child) => child.all())];
  }
}

const parts = new Map();
const byId = (id) => {
  const element = parts.get(id) ?? new Element(id);
  parts.set(id, element);
  return element;
};
globalThis.document = {
  title: "",
  body: new Element("body"),
  activeElement: null,
  createElement: (tag) => new Element(tag),
  getElementById: byId,
  querySelector: () => null,
  querySelectorAll: () => [],
  addEventListener() {},
};
globalThis.scrollTo = () => {};
const built = (path) => import(pathToFileURL(join(modules, path)));
const { loadLater } = await built("words/catalogue.js");
await loadLater();
const { INITIAL, update } = await built("page/state.js");
const { rowsOf } = await built("page/rows.js");
const { reportFacts } = await built("page/report-facts.js");
const { reportOf, trustOf } = await built("worker/report-server.js");
const importing = /import \{ (\w+View) \} from "\.\/(views\/[\w-]+\.js)"/g;
const passingOn = /export \{ (\w+View) \} from "\.\/(views\/[\w-]+\.js)"/g;
const names = [
  ...["main.js", "parts-of-backup.js"].flatMap((name) => [
    ...readFileSync(join(modules, name), "utf8").matchAll(importing),
  ]),
  ...readFileSync(join(modules, "parts-later.js"), "utf8").matchAll(passingOn),
];
const views = await Promise.all(names.map(async ([, name, path]) => (await built(path))[name]));
const draws = views.map((view) => view(send));

let state = INITIAL;
let archive = null;
let opened = 0;

function send(event) {
  state = update(state, event);
  if (event.type === "config-wanted") {
    const content = { bytes: archive.config(event.index), failure: null };
    send({ type: "config-arrived", archive: opened, index: event.index, content });
  }
  if (event.type === "findings-wanted") {
    const items = archive.findings(event.code, event.from, 50);
    send({ ...event, type: "findings-arrived", archive: opened, items, failure: null });
  }
}

/** Opens an archive, scans it to its end, draws the page, and opens all that can be opened. */
export function show(path) {
  const descriptor = openSync(path, "r");
  archive = Archive.open(new FileDescriptorSource(descriptor));
  const name = path.split("/").at(-1);
  opened += 1;
  const about = { archive: opened, overview: archive.overview(), fileName: archive.fileName(name) };
  const known = { summary: archive.vmSummary() ?? null, leftOut: archive.leftOut() ?? null };
  send({ type: "opened", file: { name, size: 1 << 20 }, archive: { ...about, ...known } });
  send({ type: "scan-started", archive: opened });
  let progress = archive.scanStep();
  while (!progress.done) progress = archive.scanStep();
  const scanned = { progress, report: archive.report(), scannedAt: null };
  send({ type: "scan-finished", archive: opened, update: scanned });
  send({ type: "trust-arrived", archive: opened, trust: trustOf(archive, name) });
  const made = backup(archive);
  const facts = made.applianceFacts(false, false) ?? null;
  const texts = made.machineTexts(false, "qcow2", "stem");
  send({ type: "elsewhere-arrived", archive: opened, facts, texts });
  // All parts of the page and all lines of disks.
  send({ type: "printed", isPrinted: true });
  for (const { key } of rowsOf(state.archive)) send({ type: "disk-toggled", key });
  draw();
  const details = [...parts.values()].flatMap((part) => part.all());
  for (const each of details.filter(({ tag }) => tag === "details")) {
    each.open = true;
    each.dispatch("toggle");
  }
  draw();
  closeSync(descriptor);
}

function draw() {
  for (const each of draws) each(state);
}

/** Elements of the page, those of one part, or those of one kind. */
export function elements(part = null, tag = null) {
  const from = part === null ? [...parts.values()] : [byId(part)];
  const all = from.flatMap((each) => each.all());
  return tag === null ? all : all.filter((each) => each.tag === tag);
}

/** The parts of the page. */
export function partNames() {
  return [...parts.keys()];
}

/** What a part of the page says. */
export function words(part) {
  return byId(part).textContent;
}

/** Has the report and the lists hold what is not for others to read, or not. */
export function withSecrets(wanted) {
  send({ type: "secrets-wanted", wanted });
  draw();
}

/** The text of the report. */
export async function report() {
  const facts = reportFacts(state.archive, []);
  const never = new AbortController().signal;
  return (await reportOf(archive, state.archive.scan.report, facts, never)).text();
}
