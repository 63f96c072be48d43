// "npm run bench": scanning and saving in Chromium, side by side with the same
// work done natively and with what the browser can do by itself. All of it in
// one run on one machine, turn by turn, medians. Prints a table for the README.

import { execFileSync } from "node:child_process";
import { finished } from "node:stream/promises";
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
import { fileURLToPath } from "node:url";
import { build } from "../../www/build/build.mjs";
import { needPrograms } from "../../www/build/programs.mjs";
import { main, needPackages, root, run, say, Told } from "../../www/build/tools.mjs";
import { Inspector } from "../browser/support/inspector.mjs";
import { Server } from "../browser/support/server.mjs";

const GIB = 2 ** 30;
const MB = 1e6;
const ROUNDS = { scan: 7, save: 3 };
/** What the page hands to a download at once. */
const CHUNK = 4 << 20;

const folder = join(root, "target/bench");
const native = join(root, "target/release/examples/native");

/** The archive that all is measured on; it is kept between runs. */
async function archive() {
  const path = join(folder, "vzdump-qemu-100-2024_05_06-07_08_09.vma");
  const facts = `${path}.json`;
  if (!existsSync(path) || !existsSync(facts)) {
    mkdirSync(folder, { recursive: true });
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < 12 * GIB) {
      throw new Told(`The bench needs 12 GiB of free space in ${folder}.`);
    }
    say("Making an archive of about 5.3 GiB, once");
    const writer = join(root, "target/release/make-archive");
    const disks = ["--disk", "drive-scsi0:4G:mixed:1", "--disk", "drive-scsi1:2G:dense:2"];
    writeFileSync(facts, execFileSync(writer, ["--out", path, ...disks]));
  }
  const small = join(folder, "small.vma");
  const writer = join(root, "target/release/make-archive");
  execFileSync(writer, ["--out", small, "--disk", "drive-scsi0:1M:dense"]);
  return { path, small, ...JSON.parse(readFileSync(facts, "utf8")) };
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
async function scanInPage(browser, server, { path, small }) {
  const page = await browser.newPage();
  const inspector = new Inspector(server, page);
  await page.open();
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
async function saveInPage(browser, server, { path }, disk) {
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

/** The same without an archive: constant bytes. */
async function saveByItself(browser, { size }, fromWorker) {
  const page = await browser.newPage();
  await page.open();
  await page.waitFor(() => document.title === "ready");
  const started = performance.now();
  const saved = await page.download(() =>
    page.evaluate((what) => globalThis.save(what), { size, chunk: CHUNK, fromWorker }),
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

function scanTable(size, seconds) {
  const line = (name, title) =>
    row(
      title,
      `${seconds[name].toFixed(2)} s`,
      `${(seconds[name] / seconds.read).toFixed(2)} ×`,
      rate(size, seconds[name]),
    );
  return [
    row(
      `Archive of ${(size / GIB).toFixed(1)} GiB, in the page cache`,
      "time",
      "against one read",
      "of the file",
    ),
    row("---", "--:", "--:", "--:"),
    line("read", "reading the whole file once, natively"),
    line("native", "the scan, natively"),
    line("page", "the scan in Chromium, from choosing the file to the verdict"),
  ];
}

function saveTable(disks, seconds) {
  return [
    row("Saving a disk in Chromium", "rate", "against the browser by itself"),
    row("---", "--:", "--:"),
    ...disks.flatMap(({ name, size }) => {
      const best = Math.min(seconds[`${name} made`], seconds[`${name} pulled`]);
      const line = (key, title) =>
        row(
          `${(size / GIB).toFixed(0)} GiB: ${title}`,
          rate(size, seconds[key]),
          `${((best / seconds[key]) * 100).toFixed(0)} %`,
        );
      return [
        line(`${name} made`, "constant bytes made in the Service Worker"),
        line(`${name} pulled`, "constant bytes from a Worker"),
        line(`${name} page`, `${name} out of the archive`),
      ];
    }),
  ];
}

await main(async () => {
  needPrograms();
  needPackages();
  build();
  run("cargo", ["build", "--release", "--locked", "--package", "archive-writer"]);
  run("cargo", ["build", "--release", "--locked", "--example", "native"]);
  const { launch } = await import("../browser/support/chromium.mjs");
  const made = await archive();
  await warm(made.path, made.size);

  const server = await Server.start();
  const baseline = await Server.start({
    folder: fileURLToPath(new URL("baseline", import.meta.url)),
  });
  const browser = await launch(server);
  const bare = await launch(baseline);

  say("Scanning");
  const scans = await inTurn(ROUNDS.scan, {
    read: () => natively("read", made.path),
    native: () => natively("scan", made.path),
    page: () => scanInPage(browser, server, made),
  });
  say("Saving");
  const saves = {};
  for (const disk of made.disks) {
    saves[`${disk.name} made`] = () => saveByItself(bare, disk, false);
    saves[`${disk.name} pulled`] = () => saveByItself(bare, disk, true);
    saves[`${disk.name} page`] = () => saveInPage(browser, server, made, disk);
  }
  const saved = await inTurn(ROUNDS.save, saves);

  const { version } = browser;
  await Promise.all([browser.close(), bare.close(), server.stop(), baseline.stop()]);
  const machine = `${cpus()[0].model.trim()}, ${cpus().length} cores, ${(totalmem() / GIB).toFixed(0)} GiB; ${version}`;
  say(["", ...scanTable(made.size, scans), "", ...saveTable(made.disks, saved)].join("\n"));
  say(`\nMedians of ${ROUNDS.scan} scans and ${ROUNDS.save} saves on ${machine}.`);
});
