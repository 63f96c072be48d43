// What the core gives as wasm has the shapes that src/wasm/types.ts promises:
// for each small archive here all of it is written down as literals of those
// types, in which tsc finds whatever is lacking, too much, or of another kind.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { modules } from "../../www/build/build.mjs";
import { root } from "../../www/build/tools.mjs";
import { FileDescriptorSource } from "../../www/worker/source/node-source.js";
import { folder, makeArchive, makeFile, qemuServerConf } from "../browser/support/archives.mjs";
import { Archive, backup, disks } from "./both-modules.mjs";

const conf = makeFile("shapes.conf", qemuServerConf("drive-scsi0", "drive-efidisk0"));
const sound = makeArchive(
  "shapes.vma",
  ...["--disk", "drive-scsi0:3M:mixed:1", "--disk", "drive-efidisk0:540672:dense:2"],
  ...["--vmstate", "8M:4:9", "--config", `qemu-server.conf=${conf}`],
);
const holed = makeArchive(
  "shapes-holed.vma",
  ...["--disk", "drive-scsi0:3M:dense:3", "--leave-out", "1:7", "--twice", "1:9"],
);
const flipped = makeArchive(
  "shapes-flipped.vma",
  ...["--disk", "drive-scsi0:12M:dense:3", "--flip", String(holed.headerSize + 30)],
);
const packed = execFileSync("zstd", ["-q", "-c", sound.path], { maxBuffer: 1 << 26 });
const broken = Buffer.from(packed);
broken.fill(0xff, broken.length / 2, broken.length / 2 + 4096);

const others = [
  makeFile("shapes.tar", execFileSync("tar", ["-C", folder, "-cf", "-", "shapes.conf"])),
  makeFile("zeros.vma.gz", gzipSync(Buffer.alloc(5000))),
  makeFile("nothing.vma.gz", gzipSync("")),
];

/** What a file is refused as. */
function foreignOf(path) {
  const descriptor = openSync(path, "r");
  try {
    Archive.open(new FileDescriptorSource(descriptor)).free();
  } catch (error) {
    return error.foreign;
  } finally {
    closeSync(descriptor);
  }
  return null;
}

/** @type {[string, string][]} names and paths */
const fixtures = [
  ["sound", sound.path],
  ["holed", holed.path],
  ["flipped", flipped.path],
  ["headless", makeFile("headless.vma", readFileSync(sound.path).subarray(sound.headerSize))],
  ["packed", makeFile("shapes.vma.zst", packed)],
  ["broken", makeFile("broken.vma.zst", broken)],
  ["cut", makeFile("cut.vma.zst", packed.subarray(0, packed.length / 2))],
];

/** Everything that is asked of an archive, with the name of its type. */
function* answersOf(archive) {
  while (true) {
    const progress = archive.scanStep();
    yield ["ScanProgress", progress];
    if (progress.done) break;
  }
  const report = archive.report();
  const { devices } = archive.overview();
  yield ["Overview", archive.overview()];
  yield ["ScanReport", report];
  yield ["ProxmoxPrediction", archive.proxmox()];
  yield ["ProxmoxRestore", archive.proxmoxRestore("shapes.vma")];
  const leftOut = archive.leftOut();
  if (leftOut) yield ["DrivesLeftOut", leftOut];
  for (const name of ["shapes.vma", "x.vma.dat"]) yield ["FileNameVerdict", archive.fileName(name)];
  for (const { code, listed } of report.findings) {
    yield ["Finding[]", archive.findings(code, 0, listed)];
  }
  const places = archive.places(1000);
  if (places) yield ["Place[]", places];
  const summary = archive.vmSummary();
  if (summary) yield ["VmSummary", summary];
  yield ["BackupFacts", archive.facts()];
  const made = backup(archive);
  const appliance = made.applianceFacts(false, true);
  if (appliance) yield ["Export.ApplianceFacts", appliance];
  yield ["Export.MachineTexts", made.machineTexts(true, "qcow2", "100")];
  for (const { id } of devices) {
    yield ["Export.FormatChoice[]", made.formats(id)];
    yield ["LostRanges", archive.lostRanges(id, 5)];
    while (!archive.diskContentsStep(id));
    const contents = archive.diskContents(id);
    if (contents) yield ["DiskContents", contents];
    yield ["DiskPicture", counted(archive, archive.countDisk(id, 0, 1e9, 7))];
  }
  yield ["FilePicture", counted(archive, archive.countFile(0, 1e12, 7))];
}

/** What comes of a counting that is stepped to its end. */
function counted(archive, counting) {
  while (!counting.step(archive));
  const picture = counting.picture(archive);
  counting.free();
  return picture;
}

/** A value as a literal of TypeScript; a hole where there is `undefined`, which no type allows. */
function literal(value) {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Float64Array || value instanceof Uint8Array) {
    return `new ${value.constructor.name}(${JSON.stringify([...value])})`;
  }
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value === null || typeof value !== "object") return String(JSON.stringify(value));
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${literal(field)}`);
  return `{ ${fields.join(", ")} }`;
}

/** What tsc says of these lines. */
function check(name, lines) {
  const imports = Object.entries({
    Core: "vma_inspector",
    Export: "vma_inspector_export",
  }).map(
    ([as, module]) =>
      `import type * as ${as} from ${JSON.stringify(join(modules, "core", module))};`,
  );
  const file = makeFile(name, `${imports.join("\n")}\n${lines}\n`);
  const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2023"];
  const how = ["--module", "es2022", "--moduleResolution", "bundler", "--types", ""];
  const tsc = join(root, "node_modules/.bin/tsc");
  const lib = ["--lib", "es2023,esnext.disposable,dom", "--ignoreConfig"];
  return spawnSync(tsc, [...options, ...how, ...lib, file], { encoding: "utf8" }).stdout;
}

const typed = (type, index, value) =>
  `const value${index}: ${type.startsWith("Export.") ? type : `Core.${type}`} = ${literal(value)};`;

test("what the core gives has the types that it promises", () => {
  const lines = [];
  const seen = new Set();
  for (const [name, path] of fixtures) {
    const descriptor = openSync(path, "r");
    const archive = Archive.open(new FileDescriptorSource(descriptor));
    archive.setLook((disk) => disks.describeDisk(disk));
    lines.push(`// ${name}`);
    for (const [type, value] of answersOf(archive)) {
      seen.add(type);
      lines.push(typed(type, lines.length, value));
    }
    archive.free();
    closeSync(descriptor);
  }
  for (const path of others) lines.push(typed("ForeignFile", lines.length, foreignOf(path)));
  assert.equal(seen.size, 18, [...seen].join());
  assert.equal(check("shapes.ts", lines.join("\n")), "");
});

test("a shape that differs is found", () => {
  const right = { count: 1, bytes: 2, first: new Float64Array([0, 2]) };
  assert.equal(check("right.ts", typed("LostRanges", 0, right)), "");
  for (const [what, wrong] of [
    ["lacks", { count: 1, first: right.first }],
    ["more", { ...right, more: 1 }],
    ["kind", { ...right, bytes: "2" }],
    ["undefined", { ...right, bytes: undefined }],
  ]) {
    const said = check(`wrong-${what}.ts`, typed("LostRanges", 0, wrong));
    assert.match(said, /error TS/, what);
  }
});
