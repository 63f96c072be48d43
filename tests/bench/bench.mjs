// "npm run bench": scanning and saving in Chromium, side by side with the same
// work done natively and with what the browser can do by itself. All of it in
// one run on one machine, turn by turn, medians. Prints a table for the README.

import { execFileSync } from "node:child_process";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { statfs } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { build } from "../../www/build/build.mjs";
import { needPrograms } from "../../www/build/programs.mjs";
import { main, needPackages, root, run, say, Told } from "../../www/build/tools.mjs";
import { Inspector } from "../browser/support/inspector.mjs";
import { Server } from "../browser/support/server.mjs";

const GIB = 2 ** 30;
const MB = 1e6;
const ROUNDS = { scan: 5, save: 3 };
/** What the page hands to a download at once. */
const CHUNK = 4 << 20;

const folder = join(root, "target/bench");
const native = join(root, "target/release/examples/native");

/**
 * The archives that all is measured on, kept between runs; the last disk of
 * each is saved. In a dense one all extents are of one length, so that a reader
 * can guess where the next one is.
 */
const archives = [
  { kind: "dense", disks: ["drive-scsi0:3000M:dense:1", "drive-scsi1:1200M:dense:2"] },
  { kind: "mixed", disks: ["drive-scsi0:4000M:mixed:3", "drive-scsi1:1200M:mixed:4"] },
];

function makeArchive(path, ...disks) {
  const writer = join(root, "target/release/make-archive");
  const options = disks.flatMap((disk) => ["--disk", disk]);
  return execFileSync(writer, ["--out", path, ...options], { encoding: "utf8" });
}

async function archive({ kind, disks: wanted }) {
  const path = join(folder, `${kind}-2-disks.vma`);
  const facts = `${path}.json`;
  if (!existsSync(path) || !existsSync(facts)) {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < 16 * GIB) {
      throw new Told(`The bench needs 16 GiB of free space in ${folder}.`);
    }
    say(`Making a ${kind} archive of more than 4 GiB, once`);
    writeFileSync(facts, makeArchive(path, ...wanted));
  }
  const { size, disks } = JSON.parse(readFileSync(facts, "utf8"));
  return { kind, path, size, disk: disks.at(-1) };
}

/** Reads the file into the page cache, if it fits there. */
async function warm(path, size) {
  if (size > totalmem() / 2) {
    throw new Told("The archive does not fit into the memory of this machine.");
  }
  await finished(createReadStream(path, { highWaterMark: 4 << 20 }).resume());
}

function natively(what, path) {
  return Number(execFileSync(native, [what, path], { encoding: "utf8" }));
}

/**
 * Seconds from the moment the page has the file until it says that the scan is
 * done: what a person waits for, opening and drawing included.
 */
async function scanInPage(browser, server, { path }, small) {
  const page = await browser.newPage();
  const inspector = new Inspector(server, page);
  await page.open();
  // Every scan is to be a scan, and not one that was kept.
  await page.evaluate(() => {
    const keep = document.querySelector("#kept input");
    if (keep.checked) keep.click();
  });
  // The Worker and the wasm are loaded by now, as they are for a person.
  await inspector.openArchive(small);
  await page.evaluate((name) => {
    const input = document.querySelector("input[type=file]");
    input.addEventListener(
      "change",
      () => {
        const started = performance.now();
        const watcher = new MutationObserver(() => {
          const opened = document.querySelector("#archive").textContent.includes(name);
          if (opened && document.querySelector("#scan").textContent.includes("Scan again")) {
            watcher.disconnect();
            globalThis.scanSeconds = (performance.now() - started) / 1000;
          }
        });
        watcher.observe(document.body, { childList: true, subtree: true, characterData: true });
      },
      { capture: true, once: true },
    );
  }, path.split("/").at(-1));
  await page.choose(path);
  await page.waitFor(() => globalThis.scanSeconds);
  const seconds = await page.evaluate(() => globalThis.scanSeconds);
  await page.close();
  return seconds;
}

/** Seconds from the click until the file is complete. */
async function saveInPage(browser, server, { path, disk }) {
  const page = await browser.newPage();
  const inspector = new Inspector(server, page);
  await page.open();
  await inspector.openArchive(path);
  const started = performance.now();
  const saved = await page.download(() => inspector.clickInCard(disk.name, "Save as raw image"));
  const seconds = (saved.endedAt - started) / 1000;
  if (saved.failure !== null || saved.sha256 !== disk.sha256) {
    throw new Told(`What was saved of ${disk.name} is not the disk.`);
  }
  rmSync(saved.path);
  await page.close();
  return seconds;
}

/** The same without the core: constant bytes, or those of a file as they stand. */
async function saveByItself(browser, size, file) {
  const page = await browser.newPage();
  await page.open();
  await page.waitFor(() => document.title === "ready");
  if (file) await page.choose(file);
  const started = performance.now();
  const saved = await page.download(() =>
    page.evaluate((what) => globalThis.save(what), {
      size,
      chunk: CHUNK,
      fromWorker: file !== null,
    }),
  );
  const seconds = (saved.endedAt - started) / 1000;
  if (saved.size !== size) {
    throw new Told("The browser did not save as many bytes as it was given.");
  }
  rmSync(saved.path);
  await page.close();
  return seconds;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Does each of the works in turn, `rounds` times over; median seconds of each. */
async function inTurn(rounds, works) {
  const seconds = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, work] of Object.entries(works)) {
      const took = await work();
      seconds[name].push(took);
      say(`  round ${round}: ${name}: ${took.toFixed(2)} s`);
    }
  }
  return Object.fromEntries(Object.entries(seconds).map(([name, all]) => [name, median(all)]));
}

function rate(bytes, seconds) {
  return `${(bytes / MB / seconds).toFixed(0)} MB/s`;
}

function row(...cells) {
  return `| ${cells.join(" | ")} |`;
}

function time(seconds) {
  return seconds < 0.1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
}

function scanTable(made, seconds) {
  const line = ({ kind, size }, work, title) => {
    const took = seconds[`${kind} ${work}`];
    const against = took / seconds[`${kind} read`];
    return row(kind, title, time(took), `${against.toFixed(2)} ×`, rate(size, took));
  };
  return [
    row("archive", "scan", "time", "against one read of the whole file", "of the file"),
    row("---", "---", "--:", "--:", "--:"),
    ...made.flatMap((entry) => [
      line(entry, "read", "one native read of the whole file, cached"),
      line(entry, "native", "natively"),
      line(entry, "page", "in Chromium, from choosing the file to the verdict"),
    ]),
  ];
}

function saveTable(made, seconds) {
  const line = ({ kind, size, disk }, work, title) => {
    const bytes = { made: disk.size, read: Math.min(size, disk.size), page: disk.size };
    const perSecond = (name) => bytes[name] / seconds[`${kind} ${name}`];
    const against = (name) => `${((perSecond(work) / perSecond(name)) * 100).toFixed(0)} %`;
    const took = seconds[`${kind} ${work}`];
    return row(kind, title, rate(bytes[work], took), against("read"), against("made"));
  };
  return [
    row(
      "archive",
      "save in Chromium, as a stream of a Service Worker",
      "rate",
      "of reading alone",
      "of constant bytes",
    ),
    row("---", "---", "--:", "--:", "--:"),
    ...made.flatMap((entry) => [
      line(entry, "made", "constant bytes, nothing read"),
      line(entry, "read", "the bytes of the archive's file as they stand, without the core"),
      line(entry, "page", "the disk out of the archive"),
    ]),
  ];
}

async function measure(made, small, launch) {
  const server = await Server.start();
  const folder = fileURLToPath(new URL("baseline", import.meta.url));
  const baseline = await Server.start({ folder });
  const browser = await launch(server);
  const bare = await launch(baseline);
  try {
    const scans = {};
    const saves = {};
    for (const entry of made) {
      const { kind, path, size, disk } = entry;
      await warm(path, size);
      scans[`${kind} read`] = () => natively("read", path);
      scans[`${kind} native`] = () => natively("scan", path);
      scans[`${kind} page`] = () => scanInPage(browser, server, entry, small);
      saves[`${kind} made`] = () => saveByItself(bare, disk.size, null);
      saves[`${kind} read`] = () => saveByItself(bare, Math.min(size, disk.size), path);
      saves[`${kind} page`] = () => saveInPage(browser, server, entry);
    }
    say("Scanning");
    const scanned = await inTurn(ROUNDS.scan, scans);
    say("Saving");
    const saved = await inTurn(ROUNDS.save, saves);
    return { scanned, saved, version: browser.version };
  } finally {
    await Promise.all([browser.close(), bare.close(), server.stop(), baseline.stop()]);
  }
}

await main(async () => {
  needPrograms();
  needPackages();
  build();
  run("cargo", ["build", "--release", "--locked", "--package", "archive-writer"]);
  run("cargo", ["build", "--release", "--locked", "--example", "native"]);
  const { launch } = await import("../browser/support/chromium.mjs");
  mkdirSync(folder, { recursive: true });
  const small = join(folder, "small.vma");
  makeArchive(small, "drive-scsi0:1M:dense");
  const made = [];
  for (const wanted of archives) {
    made.push(await archive(wanted));
  }

  const { scanned, saved, version } = await measure(made, small, launch);
  const sizes = made.map(({ kind, size, disk }) => {
    const gib = (bytes) => (bytes / GIB).toFixed(1);
    return `The ${kind} archive has ${gib(size)} GiB, its disk ${gib(disk.size)} GiB. `;
  });
  const memory = `${(totalmem() / GIB).toFixed(0)} GiB of memory`;
  const machine = `${cpus()[0].model.trim()}, ${cpus().length} cores, ${memory}; ${version}`;
  say(["", ...scanTable(made, scanned), "", ...saveTable(made, saved)].join("\n"));
  say(
    `\n${sizes.join("")}Medians of ${ROUNDS.scan} scans and ${ROUNDS.save} saves, taken in turn, on ${machine}.`,
  );
});
