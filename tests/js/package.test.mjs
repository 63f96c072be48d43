// The package for npm, packed, installed into an empty project, and used from there.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { npmPackage } from "../../www/build/package.mjs";
import { root } from "../../www/build/tools.mjs";
import { makeArchive, makeFile } from "../browser/support/archives.mjs";
import { examples, installed, packed } from "./npm-project.mjs";

const fixtures = join(root, "tests/fixtures");
const truth = JSON.parse(readFileSync(join(fixtures, "truth.json"), "utf8"));
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

const pack = packed();
const { project, list } = installed(pack);
const own = join(project, "node_modules/vma-inspector");
const { open } = await import(pathToFileURL(join(own, "package/node.js")));

test("it is packed in at most 1.6 MiB, needs nothing, and runs nothing when it is installed", () => {
  assert.ok(pack.size <= 1.6 * 2 ** 20, `${pack.size} bytes`);
  assert.deepEqual(Object.keys(list.dependencies), ["vma-inspector"]);
  assert.equal(list.dependencies["vma-inspector"].dependencies, undefined);
  const manifest = JSON.parse(readFileSync(join(own, "package.json"), "utf8"));
  const unwanted = ["scripts", "dependencies", "devDependencies", "private"];
  assert.deepEqual(
    unwanted.filter((key) => key in manifest),
    [],
  );
  // Every file that was made is packed, and no other.
  const made = readdirSync(npmPackage, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(npmPackage.length + 1));
  assert.deepEqual([...pack.files].sort(), made.sort());
  for (const name of ["LICENSE-MIT", "LICENSE-APACHE", "NOTICES.txt", "README.md"]) {
    assert.ok(existsSync(join(own, name)), name);
  }
});

test("the example for Node runs as it stands there, and is no longer than ten lines", () => {
  const [code] = examples(project);
  assert.ok(code.trim().split("\n").length <= 10);
  writeFileSync(join(project, "example.js"), code);
  const path = join(fixtures, "c-configs.vma.zst");
  const { status, stdout, stderr } = spawnSync("node", ["example.js", path], {
    cwd: project,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  const { uuid, devices } = truth["c-configs.vma"];
  const [{ name, size }] = devices;
  const [first, second, ...others] = stdout.trimEnd().split("\n");
  assert.equal(first, `${uuid} [ '${name}: ${size}' ]`);
  assert.deepEqual([second, others], ["512 []", []]);
  // Its progress, up to the whole file.
  const packedSize = readFileSync(path).length;
  assert.equal(stderr.trimEnd().split("\n").at(-1), `${packedSize} ${packedSize}`);
});

test("its types fit what is asked of it, and refuse what cannot be", () => {
  writeFileSync(
    join(project, "fits.ts"),
    [
      `import { open, type Backup, type Gap } from "vma-inspector";`,
      `const backup: Backup = await open("a.vma", { largeWindow: true });`,
      `const report = await backup.scan({ signal: AbortSignal.timeout(1), onProgress: ({ extents }) => extents });`,
      `const sizes: number[] = backup.devices.map(({ size }) => size);`,
      `const { bytes, gaps }: { bytes: Uint8Array; gaps: Gap[] } = backup.read(1, 0, 512);`,
      `const codes: string[] = backup.findings().map(({ title }) => title);`,
      `const config: Uint8Array | undefined = backup.config("qemu-server.conf");`,
      `await open({ size: 3, readAt: (offset, length) => new Uint8Array(length - offset) });`,
      `await open(new Blob([]));`,
      `// @ts-expect-error: bytes are wanted at once`,
      `await open({ size: 3, readAt: async () => new Uint8Array(1) });`,
      `// @ts-expect-error: there is no such thing`,
      `backup.verify();`,
      `console.log(report.extents.count, sizes, bytes, gaps, codes, config);`,
    ].join("\n"),
  );
  const tsc = join(root, "node_modules/.bin/tsc");
  for (const resolution of ["nodenext", "bundler"]) {
    const module = resolution === "nodenext" ? "nodenext" : "esnext";
    const how = ["--moduleResolution", resolution, "--module", module, "--target", "es2022"];
    const lib = ["--lib", "es2023,esnext.disposable,dom", "--types", ""];
    const strict = ["--noEmit", "--strict", ...how, ...lib, "fits.ts"];
    const { status, stdout } = spawnSync(tsc, strict, { cwd: project, encoding: "utf8" });
    assert.equal(status, 0, stdout);
  }
});

/** SHA-256 of a whole disk, read in pieces of a size that fits nothing. */
function diskSha256(backup, { id, size }) {
  const hash = createHash("sha256");
  for (let offset = 0; offset < size;) {
    const { bytes, gaps } = backup.read(id, offset, 1_000_003);
    assert.deepEqual(gaps, []);
    assert.ok(bytes.length > 0, `nothing at ${offset} of ${size}`);
    hash.update(bytes);
    offset += bytes.length;
  }
  return hash.digest("hex");
}

for (const ending of ["", ".zst", ".lzo", ".gz"]) {
  test(`header, configurations and disks of a .vma${ending} are what Proxmox's program says`, async () => {
    const expected = truth["c-configs.vma"];
    const backup = await open(pathToFileURL(join(fixtures, `c-configs.vma${ending}`)));
    const { uuid, createdAt, headerSize } = backup.header;
    assert.deepEqual(
      [uuid, createdAt, headerSize],
      [expected.uuid, expected.ctime, expected.header_size],
    );
    for (const { name, size, sha256: sum } of expected.configs) {
      const bytes = backup.config(name);
      assert.deepEqual([bytes.length, sha256(bytes)], [size, sum], name);
    }
    assert.equal(backup.config("no such"), undefined);
    const told = [];
    const report = await backup.scan({ onProgress: ({ done }) => told.push(done) });
    assert.equal(report.extents.count, expected.layout.extents);
    assert.equal(told.at(-1), true);
    assert.deepEqual(backup.findings(), []);
    for (const disk of expected.devices) assert.equal(diskSha256(backup, disk), disk.sha256);
    backup.close();
  });
}

const made = makeArchive("package.vma", "--disk", "drive-scsi0:40M:dense:3");
const bytesOf = (path) => readFileSync(path);

/** Bytes in memory that can be read at any place, and what was read of them. */
function counted(bytes, { size = bytes.length } = {}) {
  const reads = [];
  const readAt = (offset, length) => {
    reads.push(length);
    return new Uint8Array(bytes.subarray(offset, offset + length));
  };
  return { size, readAt, reads };
}

test("an object with size and readAt will do, and little of it is read to open it", async () => {
  const source = counted(bytesOf(made.path));
  const backup = await open(source);
  assert.ok(source.reads.length <= 8, `${source.reads.length} reads`);
  assert.ok(source.reads.reduce((sum, each) => sum + each, 0) <= 128 * 1024);
  // Nothing is said of what no scan has come by.
  const [{ id }] = backup.devices;
  const { bytes, gaps } = backup.read(id, 0, 4096);
  assert.deepEqual([bytes.length, gaps], [0, [{ start: 0, end: 4096, kind: "not-yet-known" }]]);
  await backup.scan();
  assert.equal(diskSha256(backup, made.disks[0]), made.disks[0].sha256);
  backup.close();
});

test("a scan that is given up goes on where it was", async () => {
  const backup = await open(counted(bytesOf(made.path)));
  await assert.rejects(backup.scan({ signal: AbortSignal.abort() }), { name: "AbortError" });
  const report = await backup.scan();
  assert.equal(report.extents.count, made.extents);
  backup.close();
});

/**
 * Clusters in an extent: of its 59 slots, 8 bytes each from byte 40 on, those with a device,
 * which is in the fourth byte (vma_spec.txt of pve-qemu).
 */
function clustersIn(extent) {
  const slots = Array.from({ length: 59 }, (_, slot) => extent[40 + 8 * slot + 3]);
  return slots.filter((device) => device !== 0).length;
}

test("what is cut off is told, and every byte that is given is right", async () => {
  const whole = await open(made.path);
  await whole.scan();
  const [{ id, size, sha256: sum }] = made.disks;
  const parts = [0, 1, 2].map((part) => whole.read(id, part << 24, 1 << 24).bytes);
  const image = Buffer.concat(parts);
  assert.equal(sha256(image), sum);
  whole.close();

  const cut = await open(counted(bytesOf(made.path).subarray(0, made.offsets[4])));
  await cut.scan();
  const kinds = cut.findings();
  assert.ok(kinds.length > 0 && kinds.every(({ count, first }) => count > 0 && first.length > 0));
  for (const language of ["en", "de"]) {
    const words = JSON.parse(readFileSync(join(own, `words/${language}.json`), "utf8"));
    for (const { title, text } of kinds) assert.ok(words[title] && words[text], title);
  }
  let given = 0;
  let lost = 0;
  for (let offset = 0; offset < size; offset += 65_536) {
    const { bytes, gaps } = cut.read(id, offset, 65_536);
    assert.ok(image.subarray(offset, offset + bytes.length).equals(bytes), `at ${offset}`);
    given += bytes.length;
    if (bytes.length === 65_536) continue;
    assert.deepEqual([bytes.length, gaps[0]?.kind], [0, "lost"], `at ${offset}`);
    lost += 65_536;
  }
  assert.equal(given + lost, size);
  const slots = made.offsets.slice(0, 4).map((at) => clustersIn(bytesOf(made.path).subarray(at)));
  const clusters = slots.reduce((sum, each) => sum + each, 0);
  assert.equal(given, clusters * 65_536);
  cut.close();
});

test("damage of what wraps the archive is told with its place", async () => {
  const bytes = Buffer.from(bytesOf(join(fixtures, "c-configs.vma.zst")));
  // In the middle of its one frame.
  const at = Math.floor(bytes.length / 2);
  bytes[at] ^= 0xff;
  const path = makeFile("package-damaged.vma.zst", bytes);
  // zstd itself refuses it.
  assert.notEqual(spawnSync("zstd", ["-q", "-t", path]).status, 0);
  const backup = await open(path);
  await backup.scan();
  const kinds = backup.findings().filter((kind) => kind.of === "container");
  assert.ok(kinds.length > 0);
  for (const { title, first } of kinds) {
    assert.match(title, /^container-finding\.[a-z-]+\.title$/);
    assert.ok(first.every(({ offset }) => offset >= 0 && offset <= bytes.length));
  }
  backup.close();
});

test("what is no backup, changes, or is no source at all is an error with a name", async () => {
  const text = makeFile("package.txt", "Dear reader,\n");
  await assert.rejects(open(text), { name: "VmaError", code: /^[a-z]+(-[a-z]+)+$/ });
  await assert.rejects(open("no such file.vma"), { code: "ENOENT" });
  const shorter = counted(bytesOf(made.path).subarray(0, 20_000), { size: 1 << 20 });
  const shrunk = open(shorter).then((backup) => backup.scan());
  await assert.rejects(shrunk, { name: "VmaError", code: "source-shrank" });
  const failing = { size: 1 << 20, readAt: () => assert.fail("the disk is unplugged") };
  await assert.rejects(open(failing), { code: "source-unreadable", message: /unplugged/ });
  for (const odd of [{}, { size: -1, readAt() {} }, { size: 1 }, new Blob([])]) {
    await assert.rejects(open(odd), TypeError);
  }
  const backup = await open(made.path);
  assert.throws(() => backup.read(77, 0, 1), RangeError);
  assert.throws(() => backup.read(1, -1, 1), RangeError);
  assert.throws(() => backup.read(1, 0, 2 ** 30), RangeError);
  backup.close();
  backup.close();
});

test("each entry that it names is there", () => {
  const { exports: entries } = JSON.parse(readFileSync(join(own, "package.json"), "utf8"));
  const targets = [...Object.values(entries["."]), entries["./package.json"]];
  for (const target of targets) assert.ok(existsSync(join(own, target)), target);
  assert.equal(targets.length, 4);
});
