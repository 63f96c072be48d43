// The page and the terminal say the same of a file: the whole report is compared, over the
// fixtures, over what is damaged of them, and over what their configurations can say.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import Ajv from "ajv";
import { modules } from "../../www/build/build.mjs";
import { root } from "../../www/build/tools.mjs";
import { FileDescriptorSource } from "../../www/worker/source/node-source.js";
import { Archive, disks } from "./both-modules.mjs";
import * as files from "./terminal-files.mjs";
import "./turns.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { loadLater } = await built("words/catalogue.js");
await loadLater();
const { INITIAL, update } = await built("page/state.js");
const { reportFacts } = await built("page/report-facts.js");
const { reportOf, trustOf } = await built("worker/report-server.js");
const { RULES } = await built("words/rules.js");
const { ruleFor } = await built("words/rule.js");

const schema = JSON.parse(readFileSync(join(root, "tests/report-1.schema.json"), "utf8"));
const validate = new Ajv({ allErrors: true }).compile(schema);
const never = new AbortController().signal;

/** As Rust's tests have built it, and again only if they have not. */
function programPath() {
  const cargo = (...args) => execFileSync("cargo", args, { cwd: root, maxBuffer: 1 << 26 });
  const whole = ["--workspace", "--features", "vma-inspector/cli", "--exclude", "bindgen"];
  cargo("test", "--locked", "--quiet", ...whole, "--test", "cli", "--no-run");
  const about = JSON.parse(cargo("metadata", "--locked", "--format-version=1", "--no-deps"));
  return join(about.target_directory, "debug/vma-inspector");
}

const program = programPath();

function terminal(...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { maxBuffer: 1 << 28 });
  return { status, said: stdout.toString("utf8"), complaint: stderr.toString("utf8") };
}

/** A zstd window that takes much memory is allowed where it is wanted. */
function opened(source, name) {
  try {
    return Archive.open(source, false, name);
  } catch (error) {
    if (error.name !== "VmaError") throw error;
    return error.code === "container-window" ? Archive.open(source, true, name) : null;
  }
}

/**
 * The reports that the page would save of a file, without its configurations and with all
 * that is in them; null if it refuses it.
 */
async function pageReports(path) {
  const descriptor = openSync(path, "r");
  try {
    const name = basename(path);
    const archive = opened(new FileDescriptorSource(descriptor), name);
    return archive && (await reportsOn(archive, { name, size: statSync(path).size }));
  } catch (error) {
    if (error.name === "VmaError") return null;
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

async function reportsOn(archive, file) {
  archive.setLook((disk) => disks.describeDisk(disk));
  let state = INITIAL;
  const send = (event) => (state = update(state, event));
  const about = {
    archive: 1,
    overview: archive.overview(),
    fileName: archive.fileName(file.name),
    summary: archive.vmSummary() ?? null,
    leftOut: archive.leftOut() ?? null,
  };
  send({ type: "opened", file, archive: about });
  send({ type: "scan-started", archive: 1 });
  let progress = archive.scanStep();
  while (!progress.done) progress = archive.scanStep();
  const scanned = { progress, report: archive.report(), scannedAt: null };
  send({ type: "scan-finished", archive: 1, update: scanned });
  const contents = scanned.report.devices.map(({ id }) => {
    while (!archive.diskContentsStep(id));
    return { deviceId: id, contents: archive.diskContents(id) ?? null };
  });
  send({ type: "contents-arrived", archive: 1, contents });
  send({ type: "trust-arrived", archive: 1, trust: trustOf(archive, file.name) });
  const reports = [];
  for (const secrets of [false, true]) {
    const shown = { ...state.archive, withConfigs: secrets, withSecrets: secrets };
    const made = await reportOf(archive, shown.scan.report, reportFacts(shown, []), never);
    reports.push(JSON.parse(await made.text()));
  }
  archive.free();
  return reports;
}

/** But for when it was made, and what memory the machine takes for what it holds. */
function withoutMachine({ container, ...report }) {
  return { ...report, createdAt: "", container: { ...container, checkpointBytes: 0 } };
}

/** Both reports of a file, which are the same, its tone, and the exit code. */
async function compare(path, why) {
  const [page, whole] = (await pageReports(path)) ?? [null, null];
  const { status, said, complaint } = terminal("report", "--json", path);
  if (page === null) {
    assert.deepEqual([status, said], [3, ""], `${why}: ${complaint}`);
    return { status, tone: null };
  }
  assert.ok([0, 1, 2, 3].includes(status), `${why}: ${status} ${complaint}`);
  const own = JSON.parse(said);
  assert.ok(validate(own), `${why}: ${JSON.stringify(validate.errors)}`);
  assert.match(own.createdAt, /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(withoutMachine(own), withoutMachine(page), why);
  const { said: secret } = terminal("report", "--json", "--with-secrets", path);
  assert.deepEqual(withoutMachine(JSON.parse(secret)), withoutMachine(whole), why);
  // Green is 0 and damage never is.
  const { tone } = page.verdict;
  if (tone === "good") assert.equal(status, 0, why);
  if (tone === "damage") assert.ok(status >= 2, why);
  return { status, tone };
}

test("the reports of all fixtures are the same", async () => {
  const tones = {};
  for (const path of files.committed()) {
    const { tone } = await compare(path, path);
    tones[tone] = (tones[tone] ?? 0) + 1;
  }
  assert.ok(tones.warning >= 6 && tones.null > 20, JSON.stringify(tones));
});

test("the reports of damaged backups are the same", async () => {
  const tones = {};
  const endings = ["", ".zst", ".lzo", ".gz"];
  const bases = endings.map((ending) => [`c-configs.vma${ending}`, `${files.NAMED}${ending}`]);
  // Of the sample, most of what follows a damage is lost in many small pieces.
  const sample = ["sample.vma.zst", `${files.NAMED}.zst`, 11, 15];
  const all = [...bases, ["d-zero.vma", files.NAMED], sample];
  for (const [base, name, first = 1, last = 30] of all) {
    const bytes = files.fixture(base);
    for (let seed = first; seed <= last; seed += 1) {
      const path = files.written(name, files.damaged(bytes, seed));
      const { tone } = await compare(path, `seed ${seed} of ${base}`);
      tones[tone] = (tones[tone] ?? 0) + 1;
    }
  }
  assert.ok(tones.damage > 50, JSON.stringify(tones));
});

const without = (start) => (text) => text.replace(new RegExp(`^${start}.*\n`, "gm"), "");
const also = (...lines) => {
  const bare = without("(efidisk0|smbios1|vmgenid|meta|net0|boot)");
  return (text) => bare(text).replace("ostype", `${lines.join("\n")}\nostype`);
};
const disk = (key, more = "") => `${key}: local-lvm:vm-101-disk-7${more},size=4G`;

/** What a configuration can say, the exit code that follows, and of what tone the page is. */
const CONFIGS = [
  ["every drive is there", also(), 0, "good"],
  ["one is left out on purpose", also(disk("scsi1", ",backup=0")), 0, "warning"],
  ["two are", also(disk("scsi1", ",backup=0"), disk("scsi2", ",backup=0")), 0, "warning"],
  ["one is not there", also(disk("scsi1")), 1, "warning"],
  ["one is not there, one left out", also(disk("scsi1"), disk("scsi2", ",backup=0")), 1, "warning"],
  ["a disk of the backup is not named", without("(efidisk0|scsi0:)"), 1, "warning"],
  [
    "what may be a secret is told alike",
    also("args: -vnc :1,password=x", "cipassword: y"),
    0,
    "good",
  ],
  ["a CD drive is no disk that one misses", also("ide2: none,media=cdrom"), 0, "good"],
];

test("what a configuration says comes to the same, and to its exit code", async () => {
  for (const [why, change, exit, tone] of CONFIGS) {
    const bytes = files.configured(files.fixture("d-zero.vma"), change);
    const got = await compare(files.written(files.NAMED, bytes), why);
    assert.deepEqual(got, { status: exit, tone }, why);
  }
  const sound = files.configured(files.fixture("d-zero.vma"), also());
  for (const name of ["x.vma", "vzdump-qemu-109-2001_01_01-00_00_00.vma", `${files.NAMED}.zst`]) {
    const { status } = await compare(files.written(name, sound), name);
    assert.ok(status === 1 || status === 2, `${name}: ${status}`);
  }
});

test("names out of a backup can do nothing to a terminal", async () => {
  const hostile = "\u001b]0;x\u0007\u202e\u009b";
  assert.equal(Buffer.byteLength(hostile), "drive-scsi0".length);
  const bytes = files.renamed(files.fixture("d-zero.vma"), "drive-scsi0", hostile);
  const path = files.written(files.NAMED, bytes);
  await compare(path, "a hostile name");
  for (const command of [["verify"], ["info"], ["ls"], ["report"], ["report", "--json"]]) {
    const { said, complaint } = terminal(...command, path);
    assert.ok(said.length > 10, command.join(" "));
    assert.doesNotMatch(said + complaint, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
  }
});

/** Where the first extent of the fixture starts: its header's size. */
const EXTENT = 79_872;

/**
 * Changes of a header or an extent, with what Proxmox's own program said of each:
 * null where it took the backup. The numbers are those of its own cases.
 */
const UPSTREAM = [
  ["h04 reserved bytes of the header", (b) => files.summed(set(b, 100, 1)), null],
  ["h03 a bit of the header", (b) => set(b, 100, 1), "wrong vma header chechsum"],
  ["h05 version 2", (b) => files.summed(set(b, 7, 2)), "wrong vma version 2"],
  ["h01 magic", (b) => set(b, 2, 0x42), "not a vma file - wrong magic number"],
  ["h45 nothing behind the header", (b) => b.subarray(0, EXTENT), "detected missing cluster 0"],
  ["e01 a bit of an extent's checksum", (b) => set(b, EXTENT + 25, 1), "wrong vma extent header"],
  ["e03 an extent's magic", (b) => extent(b, 3, 0x58), "wrong vma extent header magic"],
  ["e05 an extent's UUID", (b) => extent(b, 9, 0x58), "wrong vma extent uuid"],
  ["e09 no blocks counted", (b) => extent(extent(b, 6, 0), 7, 0), "too many blocks"],
  ["e30 cut inside an extent", (b) => b.subarray(0, b.length - 4096), "short vma extent"],
  ["e35 zeros appended", (b) => Buffer.concat([b, Buffer.alloc(512)]), "wrong vma extent header"],
  ["e38 the archive twice", (b) => Buffer.concat([b, b]), "wrong vma extent header chechsum"],
];

function set(bytes, at, value) {
  bytes[at] = bytes[at] === value ? value ^ 0xff : value;
  return bytes;
}

function extent(bytes, at, value) {
  bytes[EXTENT + at] = value;
  return files.summedExtent(bytes, EXTENT);
}

test("an exit code says damaged where Proxmox refuses a backup, and not where it takes it", async () => {
  for (const [why, change, refused] of UPSTREAM) {
    const path = files.written(files.NAMED, change(files.fixture("c-configs.vma")));
    const { status } = await compare(path, why);
    assert.equal(status >= 2, refused !== null, `${why}: ${status}`);
  }
});

/** Every set of things that may be the case together. */
function* subsets(names) {
  for (let bits = 0; bits < 2 ** names.length; bits += 1) {
    const facts = Object.fromEntries(names.map((name, at) => [name, (bits & (1 << at)) > 0]));
    if (IMPLIED.every(([one, ...others]) => !facts[one] || others.some((name) => facts[name]))) {
      const tones = ["scan-damage", "scan-neutral", "scan-warning"].filter((name) => facts[name]);
      if (tones.length <= 1) yield facts;
    }
  }
}

/** What is never the case without one of the others. */
const IMPLIED = [
  ["lost", "damaged"],
  ["doubted", "damaged"],
  ["missed", "left-out"],
  ["renamed", "remarked"],
  ["scan-warning", "remarked"],
];

/** How grave it is, said once more: by what speaks against a backup, the worst first. */
const GRAVE = {
  scan: (is) => {
    if (is.stump || is.damaged || is.mismatched) return "damage";
    if (is.torn) return "warning";
    if (is["no-disks"]) return "neutral";
    return is.odd ? "warning" : "good";
  },
  answer: (is) => {
    if (is["scan-damage"] || is.refused) return "damage";
    if (is["left-out"] || is["scan-warning"]) return "warning";
    if (is["scan-neutral"]) return "neutral";
    return is.remarked && !is.undecided ? "warning" : "good";
  },
};

for (const judging of ["scan", "answer"]) {
  test(`of all that may be the case, ${judging}, each comes to the tone that it should`, () => {
    const names = [...new Set(RULES[judging].flatMap(([needed]) => needed))];
    let sets = 0;
    for (const facts of subsets(names)) {
      sets += 1;
      const { step, tone } = ruleFor(judging, facts);
      assert.equal(tone, GRAVE[judging](facts), `${JSON.stringify(facts)} is ${step}`);
    }
    assert.ok(sets > 100, `${sets} sets`);
    for (const [needed, step, tone] of RULES[judging]) {
      const only = Object.fromEntries(names.map((name) => [name, needed.includes(name)]));
      assert.deepEqual(ruleFor(judging, only), { step, tone }, "no rule hides another");
    }
  });
}

test("who uses the library compiles nothing of the terminal's", () => {
  const tree = (...more) =>
    execFileSync("cargo", ["tree", "--locked", "--edges=normal", "--prefix=none", ...more], {
      cwd: root,
      encoding: "utf8",
    });
  assert.doesNotMatch(tree(), /^(clap|serde)/m);
  assert.match(tree("--features", "cli"), /^clap /m);
});
