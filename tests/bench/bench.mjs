// "npm run bench": scanning, checking and saving in Chromium, side by side with
// the same work done natively and with what the browser can do by itself. All of
// it in one run on one machine, turn by turn, medians. Prints tables for the
// www/docs/speed.md. "npm run bench -- check reads" runs only these parts.

import { execFileSync } from "node:child_process";
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { statfs } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { argv, execPath } from "node:process";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { build } from "../../www/build/build.mjs";
import { needPrograms } from "../../www/build/programs.mjs";
import { main, needPackages, root, run, say, Told } from "../../www/build/tools.mjs";
import { Inspector } from "../browser/support/inspector.mjs";
import { Server } from "../browser/support/server.mjs";
import { MemoryWatch } from "./memory.mjs";
import {
  checkTable,
  fine,
  median,
  mib,
  rate,
  row,
  saveTable,
  scanTable,
  sizes,
  time,
} from "./tables.mjs";
import { diskOfFiles, filesTable } from "./looking.mjs";
import { OPENING_ABOUT, openingTable } from "./opening.mjs";
import { memoryOfSave, qcow2InPage, qcow2Natively, saveBy, writeByItself } from "./saving.mjs";
import { SERVE_ABOUT, serveTable } from "./serve.mjs";
import { terminalTable } from "./terminal.mjs";

const GIB = 2 ** 30;
const ROUNDS = { scan: 5, check: 3, save: 3, ways: 2, formats: 2, terminal: 5 };
const READS = 500;
/** What `serve` keeps of its pass unless it is told otherwise, in MiB. */
const SERVED_MEMORY = 512;
/** Of the programs of this machine, so many bytes are packed. */
const FILES_BYTES = 4.25 * GIB;
const FILES_NAMED = "2026_01_02-03_04_05";
const FILES_MADE = String(Date.UTC(2026, 0, 2, 3, 4, 5) / 1000);
const FILES_CONFIG = `boot: order=scsi0
cores: 2
memory: 2048
name: files
scsi0: local:100/vm-100-disk-0.raw,size=4352M
#qmdump#map:scsi0:drive-scsi0:local:raw:
`;
/** What the page hands to a download at once. */
const CHUNK = 4 << 20;

const folder = join(root, "target/bench");
const native = join(root, "target/release/examples/native");

/**
 * The archives that all is measured on, kept between runs; the last disk of
 * each is saved. In a dense one all extents are of one length, so that a reader
 * can guess where the next one is.
 */
const archives = {
  dense: ["drive-scsi0:3000M:dense:1", "drive-scsi1:1200M:dense:2"],
  mixed: ["drive-scsi0:4000M:mixed:3", "drive-scsi1:1200M:mixed:4"],
  // For formats, and for memory: one disk each.
  large: ["drive-scsi0:5000M:mixed:5"],
  full: ["drive-scsi0:8300M:dense:6"],
  sparse: ["drive-scsi0:66000M:sparse:7"],
};

function makeArchive(path, ...disks) {
  const writer = join(root, "target/release/make-archive");
  const options = disks.flatMap((disk) => ["--disk", disk]);
  return execFileSync(writer, ["--out", path, ...options], { encoding: "utf8" });
}

async function archive(kind) {
  const wanted = archives[kind];
  const path = join(folder, `${kind}-${wanted.length}-disks.vma`);
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
  await warm(path, size);
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
async function scanInPage({ browser, server, small }, { path }, noteMemory = () => {}) {
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
          const opened = document.querySelector("#place").textContent.includes(name);
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
  const memory = new MemoryWatch();
  await page.choose(path);
  await page.waitFor(() => globalThis.scanSeconds);
  noteMemory(memory.growth());
  const seconds = await page.evaluate(() => globalThis.scanSeconds);
  await page.close();
  return seconds;
}

/** Seconds from the click until the file is complete. */
async function saveInPage({ browser, server }, { path, disk }) {
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
async function saveByItself({ bare }, size, file) {
  const page = await bare.newPage();
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

/** How Proxmox compresses, and what unpacks it to nowhere. */
const containers = [
  { ending: "zst", pack: ["zstd", "-qc", "--threads=2"], unpack: ["zstd", "-dcq"] },
  { ending: "lzo", pack: ["lzop", "-c"], unpack: ["lzop", "-dc"] },
  { ending: "gz", pack: ["gzip", "-c", "-1", "--rsyncable"], unpack: ["gzip", "-dc"] },
];

/** The archive in each of these containers, made once and kept. */
async function packed({ kind, path, size }, endings) {
  const entries = [];
  for (const { ending, pack, unpack } of containers) {
    if (!endings.includes(ending)) continue;
    const file = `${path}.${ending}`;
    if (!existsSync(file)) packInto(file, path, pack);
    await warm(file, statSync(file).size);
    entries.push({ title: `${ending}, ${kind}`, path: file, size, unpack });
  }
  return entries;
}

/** An archive of a disk that holds the programs of this machine, as a tar. */
async function filesArchive() {
  const path = join(folder, `vzdump-qemu-100-${FILES_NAMED}.vma`);
  if (!existsSync(path)) {
    say("Making an archive of this machine's own files, once");
    const disk = join(folder, "files.tar");
    execFileSync("sh", ["-c", `tar -C / -cf - usr 2>&- | head -c ${FILES_BYTES} > "$0"`, disk]);
    const writer = join(root, "target/release/make-archive");
    // What can be restored: `verify` is to call it sound.
    const config = `${path}.conf`;
    writeFileSync(config, FILES_CONFIG);
    const what = ["--disk-from", `drive-scsi0=${disk}`, "--config", `qemu-server.conf=${config}`];
    const how = ["--no-sha", "--ctime", FILES_MADE];
    execFileSync(writer, ["--out", `${path}.part`, ...how, ...what]);
    rmSync(disk);
    rmSync(config);
    renameSync(`${path}.part`, path);
  }
  return { kind: "programs", path, size: statSync(path).size };
}

/**
 * Packs what comes through a pipe, as Proxmox does: no length is known. First
 * beside its place, so that what is there is whole whenever the bench stopped.
 */
function packInto(file, path, [program, ...options]) {
  say(`Packing with ${program}, once`);
  const [input, output] = [openSync(path, "r"), openSync(`${file}.part`, "w")];
  execFileSync(program, options, { stdio: [input, output, "inherit"] });
  closeSync(input);
  closeSync(output);
  renameSync(`${file}.part`, file);
}

function unpackNatively({ path, unpack: [program, ...options] }) {
  const started = performance.now();
  execFileSync(program, [...options, path], { stdio: ["ignore", "ignore", "inherit"] });
  return (performance.now() - started) / 1000;
}

/** The terminal's program, as `cargo install` makes it. */
function terminalProgram() {
  run("cargo", ["build", "--release", "--locked", "--features", "cli", "--bin", "vma-inspector"]);
  return join(root, "target/release/vma-inspector");
}

function readsOf({ title, path }) {
  say(`  ${title}: check, then ${READS} reads`);
  const script = fileURLToPath(new URL("reads.mjs", import.meta.url));
  const printed = execFileSync(execPath, [script, path, String(READS)], { encoding: "utf8" });
  const { seconds, memory, kept, reopened } = JSON.parse(printed);
  const reads = [fine(median(seconds)), fine(Math.max(...seconds)), mib(memory)];
  return row(title, ...reads, mib(kept), fine(median(reopened)));
}

/** What can be measured by itself; each gives a table and a line about it. */
const parts = {
  async scan(tools) {
    const made = [await archive("dense"), await archive("mixed")];
    const works = {};
    for (const entry of made) {
      works[`${entry.kind} read`] = () => natively("read", entry.path);
      works[`${entry.kind} native`] = () => natively("scan", entry.path);
      works[`${entry.kind} page`] = () => scanInPage(tools, entry);
    }
    const table = scanTable(made, await inTurn(ROUNDS.scan, works));
    return { table, about: `Medians of ${ROUNDS.scan} scans. ${sizes(made)}` };
  },

  async opening(tools) {
    return { table: await openingTable(tools, folder, say), about: OPENING_ABOUT };
  },

  async check(tools) {
    const endings = containers.map(({ ending }) => ending);
    const mixed = await packed(await archive("mixed"), endings);
    const entries = [...mixed, ...(await packed(await filesArchive(), ["zst"]))];
    const works = {};
    const peaks = {};
    for (const entry of entries) {
      const { title } = entry;
      const note = (bytes) => (peaks[title] = Math.max(bytes, peaks[title] ?? 0));
      works[`${title} native`] = () => unpackNatively(entry);
      works[`${title} page`] = () => scanInPage(tools, entry, note);
    }
    const table = checkTable(entries, await inTurn(ROUNDS.check, works), peaks);
    const memory =
      "Memory: by how much the page's whole process, Workers included, has grown at its peak.";
    return { table, about: `Medians of ${ROUNDS.check} checks. ${memory}` };
  },

  async reads() {
    const endings = containers.map(({ ending }) => ending);
    const mixed = await packed(await archive("mixed"), endings);
    const entries = [...mixed, ...(await packed(await filesArchive(), ["zst"]))];
    const head = [
      row("container", "median", "worst", "wasm memory", "kept", "opened again, to the last 4 KiB"),
      row("---", ...Array(5).fill("--:")),
    ];
    const about = `${READS} reads of 4 KiB at random places of the disks, after the check, under Node with the page's wasm.`;
    return { table: [...head, ...entries.map(readsOf)], about };
  },

  async files() {
    const path = join(folder, "files-in-ext4.vma");
    const disk = diskOfFiles(folder);
    if (!existsSync(path)) {
      const writer = join(root, "target/release/make-archive");
      execFileSync(writer, ["--out", path, "--no-sha", "--disk-from", `drive-scsi0=${disk}`]);
    }
    await warm(path, statSync(path).size);
    return { table: filesTable(disk, path), about: "Medians of three, under Node." };
  },

  async save(tools) {
    const made = [await archive("dense"), await archive("mixed")];
    const works = {};
    for (const entry of made) {
      const { kind, path, size, disk } = entry;
      works[`${kind} made`] = () => saveByItself(tools, disk.size, null);
      works[`${kind} read`] = () => saveByItself(tools, Math.min(size, disk.size), path);
      works[`${kind} page`] = () => saveInPage(tools, entry);
    }
    const table = saveTable(made, await inTurn(ROUNDS.save, works));
    return { table, about: `Medians of ${ROUNDS.save} saves.` };
  },

  async ways(tools) {
    const entry = await archive("dense");
    const { size } = entry.disk;
    const ways = [
      ["stage", "Into Downloads, by way of the browser's own storage"],
      ["file", "To a place that I choose"],
    ];
    const works = {};
    for (const [way, label] of ways) {
      works[`${way} alone`] = () => writeByItself(tools, way, size, CHUNK, null);
      works[`${way} read`] = () => writeByItself(tools, way, size, CHUNK, entry.path);
      works[`${way} page`] = () => saveBy(tools, entry, label);
    }
    const seconds = await inTurn(ROUNDS.ways, works);
    const lines = ways.map(([way, label]) => {
      const page = seconds[`${way} page`];
      const line = (work, title) => {
        const took = seconds[`${way} ${work}`];
        return row(label, title, rate(size, took), `${((took / page) * 100).toFixed(0)} %`);
      };
      return [
        line("alone", "constant bytes, nothing read, without the core"),
        line("read", "the bytes of the archive's file as they stand, without the core"),
        line("page", "the disk out of the archive"),
      ].join("\n");
    });
    const head = row("way", "what is written", "rate", "the page's share of it");
    const about = `Medians of ${ROUNDS.ways} saves of ${mib(size)}; places are in the browser's own storage.`;
    return { table: [head, row("---", "---", "--:", "--:"), ...lines], about };
  },

  async formats(tools) {
    const entry = await archive("large");
    const { path } = entry;
    const seconds = await inTurn(ROUNDS.formats, {
      native: () => qcow2Natively(() => natively("extract", path), path),
      page: () => qcow2InPage(tools, entry),
    });
    const against = `${(seconds.page / seconds.native).toFixed(2)} ×`;
    const table = [
      row("a disk as qcow2", "time", "against that"),
      row("---", "--:", "--:"),
      row("natively: the raw disk, then `qemu-img convert -O qcow2`", time(seconds.native), ""),
      row("in Chromium, saved as qcow2", time(seconds.page), against),
    ];
    return { table, about: `Medians of ${ROUNDS.formats}, a disk of ${mib(entry.disk.size)}.` };
  },

  async terminal() {
    const made = await filesArchive();
    await warm(made.path, made.size);
    const [zst, lzo] = (await packed(made, ["zst", "lzo"])).map(({ path }) => path);
    const paths = { plain: made.path, zst, lzo };
    const table = terminalTable(terminalProgram(), paths, ROUNDS.terminal, say);
    return { table, about: `Medians of ${ROUNDS.terminal}, an archive of ${mib(made.size)}.` };
  },

  async serve() {
    const made = await packed(await filesArchive(), ["zst"]);
    const bounds = ({ size }) => [
      { memory: SERVED_MEMORY, as: "it is" },
      {
        memory: Math.round((SERVED_MEMORY * 4 * size) / (64 * GIB)),
        as: `64 GiB with ${4 * SERVED_MEMORY}`,
      },
    ];
    const table = await serveTable(terminalProgram(), made, bounds, say);
    return { table, about: SERVE_ABOUT };
  },

  async memory(tools) {
    const lines = [];
    for (const [kind, format] of [
      ["full", "Raw image"],
      ["sparse", "qcow2:"],
    ]) {
      const entry = await archive(kind);
      const { peaks, size, seconds } = await memoryOfSave(tools, entry, format);
      const threads = ["page", "worker.js", "hash-worker.js", "service-worker.js"];
      const held = threads.map((thread) => mib(peaks[thread] ?? 0));
      lines.push(row(kind, mib(entry.disk.size), format, mib(size), time(seconds), ...held));
    }
    const head = row(
      ...["disk", "its size", "saved as", "size of the file", "time"],
      ...["page", "Worker", "hashing", "Service Worker"],
    );
    const about =
      "What each thread holds at most: scripts, buffers, wasm memory, and what the collector has not taken yet.";
    const line = row("---", "--:", "---", ...Array(6).fill("--:"));
    return { table: [head, line, ...lines], about };
  },
};

/** The parts that are asked for; all, if none is. */
function wantedParts() {
  const names = argv.slice(2);
  const unknown = names.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) {
    throw new Told(`There is no part "${unknown}": ${Object.keys(parts).join(", ")}.`);
  }
  return names.length > 0 ? names : Object.keys(parts);
}

async function measure(names, small, launch) {
  const server = await Server.start();
  const baseline = await Server.start({
    folder: fileURLToPath(new URL("baseline", import.meta.url)),
    headers: {},
  });
  const browser = await launch(server);
  const bare = await launch(baseline);
  try {
    for (const name of names) {
      say(`Measuring: ${name}`);
      const { table, about } = await parts[name]({ browser, server, bare, small });
      const load = `Load of the machine: ${loadavg()[0].toFixed(1)}.`;
      say(["", ...table, "", `${about} ${load}`, ""].join("\n"));
    }
    const memory = `${(totalmem() / GIB).toFixed(0)} GiB of memory`;
    say(`On ${cpus()[0].model.trim()}, ${cpus().length} cores, ${memory}; ${browser.version}.`);
  } finally {
    await Promise.all([browser.close(), bare.close(), server.stop(), baseline.stop()]);
  }
}

await main(async () => {
  const names = wantedParts();
  needPrograms();
  needPackages();
  await build();
  run("cargo", ["build", "--release", "--locked", "--package", "archive-writer"]);
  run("cargo", ["build", "--release", "--locked", "--example", "native"]);
  const { launchWithProfile } = await import("../browser/support/chromium.mjs");
  mkdirSync(folder, { recursive: true });
  const small = join(folder, "small.vma");
  makeArchive(small, "drive-scsi0:1M:dense");
  await measure(names, small, launchWithProfile);
});
