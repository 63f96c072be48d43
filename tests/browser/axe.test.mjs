// What axe-core, a checker of others, has to say of the page in its states: nothing. Each
// state is looked at in one look; every look and both languages have several states.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { root } from "../../www/build/tools.mjs";
import { makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { archive as disk } from "./support/disk-of-files.mjs";
import * as chromium from "./support/chromium.mjs";
import { Inspector } from "./support/inspector.mjs";
import { Server } from "./support/server.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** How the page is looked at. At 200 % a window has half of its pixels. */
const LOOKS = {
  light: {},
  dark: { scheme: "dark" },
  forced: { forced: "active" },
  narrow: { width: 360, height: 740 },
  zoomed: { width: 720, height: 450, scale: 2 },
};

const disks = ["drive-scsi0", "drive-scsi1"];
const conf = makeFile("axe.conf", qemuServerConf(...disks));
const leaving = `${qemuServerConf(...disks)}scsi2: ceph:vm-112-disk-2,backup=0,size=2T\n`;
const options = [
  ...["--disk", "drive-scsi0:3M:mixed:8", "--disk", "drive-scsi1:2M:dense:9"],
  ...["--ctime", "1714979289", "--config"],
];
const config = `qemu-server.conf=${conf}`;
const name = "vzdump-qemu-112-2024_05_06-07_08_09.vma";
const plain = makeArchive(name, ...options, config);
const zst = makeFile(
  `${name}.zst`,
  execFileSync("zstd", ["-q", "-c", plain.path], { maxBuffer: 1 << 26 }),
);
const remark = makeArchive(
  "vzdump-qemu-113-2024_05_06-07_08_09.vma",
  ...options,
  `qemu-server.conf=${makeFile("leaving.conf", leaving)}`,
);
const holed = makeArchive("holed.vma", ...options, config, "--leave-out", "1:7");
const many = makeArchive(
  "many.vma",
  ...Array.from({ length: 40 }, (_, at) => ["--disk", `drive-scsi${at}:1M:mixed:${at}`]).flat(),
);
const whole = readFileSync(plain.path);
const cut = makeFile("cut.vma", whole.subarray(0, Math.floor(whole.length / 2)));
const third = Math.ceil(whole.length / 3);
const split = [1, 2, 3].map((at) =>
  makeFile(`${name}.00${at}`, whole.subarray((at - 1) * third, at * third)),
);
const photo = makeFile("photo.jpg", Buffer.alloc(20_000, 7));
const refused = join(root, "tests/fixtures/j-nodisk.vma");

/** Requests to the Worker of the kinds that are held do not arrive; those that fail, do. */
function holdRequests() {
  const { postMessage } = Worker.prototype;
  Object.assign(globalThis, { heldKinds: [], failingKinds: [] });
  Worker.prototype.postMessage = function (message, ...others) {
    if (globalThis.heldKinds.includes(message.kind)) return;
    if (globalThis.failingKinds.includes(message.kind)) {
      const failure = { code: "source-read", message: "x", part: null, offset: null };
      const { id } = message;
      setTimeout(() => this.onmessage({ data: { id, kind: "error", failure } }));
      return;
    }
    postMessage.call(this, message, ...others);
  };
}

const hold = ({ page }, ...kinds) =>
  page.evaluate((kinds) => Object.assign(globalThis, { heldKinds: kinds }), kinds);
const fail = ({ page }, ...kinds) =>
  page.evaluate((kinds) => Object.assign(globalThis, { failingKinds: kinds }), kinds);

/** Waits until there is such an element, and it shows. */
const there = ({ page }, selector) =>
  page.waitFor((selector) => document.querySelector(selector)?.checkVisibility(), selector);

/** Opens an archive and waits until its scan is at rest and what follows is there. */
async function opened(inspector, path, { saves = true } = {}) {
  await inspector.page.choose(path);
  await there(inspector, "#tab-restore");
  if (saves) await there(inspector, ".disk-save button:not([aria-disabled=true])");
}

const click = ({ page }, selector) =>
  page.waitFor((selector) => {
    const found = document.querySelector(selector);
    found?.click();
    return found;
  }, selector);

const tab = (name) => async (inspector) => {
  await opened(inspector, holed.path);
  await there(inspector, `#tab-${name}`);
  await click(inspector, `#tab-${name}`);
  await there(inspector, `#panel-${name}`);
};

async function dragging({ page }, type) {
  await page.evaluate((type) => {
    const dataTransfer = new DataTransfer();
    if (type === "file") dataTransfer.items.add(new File(["x"], "x.vma"));
    else dataTransfer.items.add("x", "text/plain");
    const event = { dataTransfer, bubbles: true, cancelable: true };
    const repeat = () => document.body.dispatchEvent(new DragEvent("dragover", event));
    repeat();
    globalThis.dragging = setInterval(repeat, 100);
  }, type);
  await page.waitFor(() => !document.querySelector("#drop-veil").hidden);
}

/** Each state once: what it is called, how it is looked at, in which language, and the way there. */
const STATES = [
  ["empty", "light", "en", () => {}],
  ["empty", "dark", "de", () => {}],
  ["empty", "narrow", "en", () => {}],
  ["a file is held over it", "dark", "en", (inspector) => dragging(inspector, "file")],
  ["a text is held over it", "light", "de", (inspector) => dragging(inspector, "text")],
  ["opening", "zoomed", "de", opening],
  ["scanning", "light", "en", scanning],
  ["scanning", "dark", "de", scanning],
  ["sound", "light", "en", (inspector) => opened(inspector, plain.path)],
  ["sound", "forced", "de", (inspector) => opened(inspector, plain.path)],
  ["sound and packed", "dark", "de", (inspector) => opened(inspector, zst)],
  ["with a remark", "narrow", "de", (inspector) => opened(inspector, remark.path)],
  ["one that Proxmox will refuse", "zoomed", "en", refusing],
  ["damaged", "light", "de", (inspector) => opened(inspector, holed.path)],
  ["damaged", "forced", "en", (inspector) => opened(inspector, holed.path)],
  ["cut off", "dark", "en", (inspector) => opened(inspector, cut)],
  ["a foreign file", "narrow", "en", (inspector) => failing(inspector, photo)],
  ["put together from parts", "light", "en", (inspector) => opened(inspector, split)],
  ["several that are no parts of one", "dark", "de", several],
  ["many disks", "light", "en", (inspector) => opened(inspector, many.path)],
  ["many disks", "narrow", "de", (inspector) => opened(inspector, many.path)],
  ["what was checked", "zoomed", "en", checked],
  ["a disk is opened", "dark", "en", diskOpened],
  ["a disk is opened", "forced", "de", diskOpened],
  ["its configuration", "light", "en", tab("configuration")],
  ["its damage", "dark", "de", tab("damage")],
  ["its restore", "zoomed", "de", tab("restore")],
  ["for other programs", "narrow", "en", tab("elsewhere")],
  ["its details", "dark", "en", tab("details")],
  ["its details", "forced", "en", tab("details")],
  ["its bytes", "light", "en", bytes],
  ["its bytes", "dark", "de", bytes],
  ["its bytes", "forced", "en", bytes],
  ["its bytes", "narrow", "de", bytes],
  ["its files", "light", "de", files],
  ["its files", "dark", "en", files],
  ["its files", "forced", "de", files],
  ["its files", "narrow", "en", files],
  ["its files", "zoomed", "en", files],
  ["what was found of its files", "light", "en", filesFound],
  ["the list of keys", "zoomed", "en", keys],
  ["the list of keys", "dark", "de", keys],
  ["a save runs", "light", "de", (inspector) => saving(inspector, hold)],
  ["a save has failed", "dark", "en", (inspector) => saving(inspector, fail)],
  ["whether gaps will do is asked", "zoomed", "en", asking],
  ["everything stored was removed", "narrow", "de", removed],
  ["the files opened last", "light", "de", lastFiles],
  ["the files opened last", "narrow", "en", lastFiles],
  ["the file is gone", "dark", "de", gone],
  ["the file is gone", "forced", "en", gone],
  ["a list of backups", "dark", "en", (inspector) => listed(inspector, 0)],
  ["a list of backups that were checked", "light", "de", (inspector) => listed(inspector, 4)],
  ["a list of backups that were checked", "narrow", "en", (inspector) => listed(inspector, 4)],
];

/** At the edge of what is lost, with a field of a header told of before. */
async function bytes(inspector) {
  await tab("bytes")(inspector);
  await there(inspector, ".hex-field");
  await inspector.page.evaluate((at) => {
    location.hash = `#part=bytes&disk=scsi0&at=${at}`;
  }, 7 * 65_536);
  await there(inspector, ".hex-row [data-kind=lost]");
  await there(inspector, ".hex-legend li");
}

/** One of them chosen, another one looked at. */
async function files(inspector) {
  await opened(inspector, disk.path);
  await there(inspector, "#tab-files");
  await click(inspector, "#tab-files");
  await enterFolder(inspector, "etc");
  await click(inspector, ".files-row:has(.files-words) input");
  await inspector.page.waitFor(() => {
    const rows = [...document.querySelectorAll(".files-rows .files-row")];
    rows.find(({ textContent }) => textContent.includes("fstab"))?.click();
    return document.querySelector(".files-text");
  });
  await click(inspector, ".files-others summary");
}

const enterFolder = ({ page }, name) =>
  page.waitFor((name) => {
    const links = [...document.querySelectorAll(".files-link")];
    links.find(({ textContent }) => textContent === name)?.click();
    return document.querySelector(".files-path [aria-current]")?.textContent === name;
  }, name);

async function filesFound(inspector) {
  await opened(inspector, disk.path);
  await there(inspector, "#tab-files");
  await click(inspector, "#tab-files");
  await there(inspector, ".files-rows .files-row");
  await inspector.page.evaluate(() => {
    document.querySelector("#files-find").value = "needle";
  });
  await click(inspector, ".files-search [type=submit]");
  await inspector.page.waitFor(() =>
    [...document.querySelectorAll(".files-rows .files-row")].some(({ textContent }) =>
      textContent.includes("needle.txt"),
    ),
  );
}

async function keys(inspector) {
  await opened(inspector, plain.path);
  await click(inspector, "#keys-button");
  await there(inspector, "dialog.keys");
}

async function opening(inspector) {
  await hold(inspector, "open");
  await inspector.page.choose(plain.path);
  await there(inspector, "[aria-busy=true]");
}

async function scanning(inspector) {
  await hold(inspector, "scan");
  await inspector.page.choose(plain.path);
  await there(inspector, "#scan progress");
}

async function refusing(inspector) {
  await opened(inspector, refused, { saves: false });
}

async function failing(inspector, path) {
  await inspector.page.choose(path);
  await there(inspector, "#failure-title");
}

async function several(inspector) {
  await failing(inspector, [photo, makeFile("other.jpg", "x")]);
}

async function checked(inspector) {
  await opened(inspector, plain.path);
  await click(inspector, "#scan summary");
  await there(inspector, "#scan .checked");
}

async function diskOpened(inspector) {
  await opened(inspector, plain.path);
  await inspector.openDisk("drive-scsi0");
  await there(inspector, ".disk-details");
}

async function saving(inspector, how) {
  await opened(inspector, plain.path);
  await how(inspector, "save");
  await click(inspector, ".disk-save button");
  await there(inspector, "#saves .save");
}

async function asking(inspector) {
  await opened(inspector, holed.path);
  await click(inspector, ".disk-save button");
  await there(inspector, "#question[open]");
}

async function lastFiles(inspector) {
  const { page } = inspector;
  await page.evaluate(() => localStorage.setItem("recent-files", "on"));
  await page.open();
  for (const path of [plain.path, holed.path]) await opened(inspector, path);
  await page.open();
  await there(inspector, "#recent li");
  await page.evaluate(() => localStorage.removeItem("recent-files"));
}

async function gone(inspector) {
  await opened(inspector, plain.path);
  await inspector.page.evaluate(() => {
    Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException("x", "NotReadableError"));
    dispatchEvent(new Event("focus"));
  });
  await there(inspector, "#gone button");
}

async function listed(inspector, checked) {
  await inspector.page.choose([plain.path, remark.path, holed.path, refused]);
  await there(inspector, "#backups .backup-open");
  if (checked === 0) return;
  await click(inspector, "#backups [data-kind=primary]");
  await inspector.page.waitFor(
    (checked) => document.querySelectorAll("#backups td .sign").length === checked,
    checked,
  );
}

async function removed(inspector) {
  await there(inspector, "#kept > .button:last-of-type");
  await click(inspector, "#kept > .button:last-of-type");
  await inspector.page.waitFor(() => document.querySelector("#kept > .button:last-of-type").hidden);
}

/** The one page that all states are made in, and axe-core in it. */
class Looked {
  static async start() {
    const looked = new Looked();
    looked.server = await Server.start();
    looked.browser = await chromium.launch(looked.server);
    looked.page = await looked.browser.newPage();
    await looked.page.open(holdRequests);
    looked.protocol = await looked.page.protocol();
    return looked;
  }

  async end() {
    await this.browser?.close();
    await this.server?.stop();
  }

  async lookAs({ scheme = "light", forced = "none", width = 1280, height = 900, scale = 1 }) {
    const features = { "prefers-color-scheme": scheme, "forced-colors": forced };
    await this.protocol.send("Emulation.setEmulatedMedia", {
      features: Object.entries(features).map(([name, value]) => ({ name, value })),
    });
    const size = { width, height, deviceScaleFactor: scale };
    await this.protocol.send("Emulation.setDeviceMetricsOverride", { ...size, mobile: false });
  }

  /** Loads the page anew in a language, with nothing open. */
  async begin(language) {
    await this.page.evaluate((language) => localStorage.setItem("language", language), language);
    await this.page.open();
    assert.equal(await this.page.evaluate(() => document.documentElement.lang), language);
    return new Inspector(this.server, this.page);
  }

  async evaluate(expression) {
    const asked = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.protocol.send("Runtime.evaluate", asked);
    assert.equal(exceptionDetails, undefined);
    return result.value;
  }

  /** How many rules have looked at something, and what breaks one. */
  async check() {
    await this.evaluate(`${axe};0`);
    const found = await this.evaluate(`axe.run({ resultTypes: ["violations"] })`);
    const violations = found.violations.map(({ id, help, nodes }) => ({
      rule: `${id}: ${help}`,
      places: nodes.map(({ html, failureSummary }) => [html.slice(0, 300), failureSummary]),
    }));
    return { rules: found.passes.length, violations };
  }
}

describe("Of the page axe-core says nothing", () => {
  /** @type {Looked} */
  let looked;
  before(async () => (looked = await Looked.start()));
  after(() => looked?.end());

  it("in states of which each look and each language has several", () => {
    assert.ok(new Set(STATES.map(([state]) => state)).size >= 24);
    const of = (at, value) => STATES.filter((state) => state[at] === value).length;
    for (const look of Object.keys(LOOKS)) assert.ok(of(1, look) >= 4, look);
    for (const language of ["en", "de"]) assert.ok(of(2, language) >= 10, language);
  });

  for (const [state, look, language, reach] of STATES) {
    it(`${state} (${look}, ${language})`, { timeout: 60_000 }, async () => {
      await looked.lookAs(LOOKS[look]);
      await reach(await looked.begin(language));
      const { rules, violations } = await looked.check();
      assert.ok(rules > 10, `${rules} rules have looked at something`);
      assert.deepEqual(violations, []);
      assert.deepEqual(looked.page.errors, [], "errors on the console");
    });
  }
});
