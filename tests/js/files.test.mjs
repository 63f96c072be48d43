// The files of a disk, as the Worker asks for them: out of a plain backup and out of one
// that has to be unpacked, held against what debugfs says of the same partition.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../www/build/tools.mjs";
import { folder as scratch, makeFile } from "../browser/support/archives.mjs";
import { Archive } from "./both-modules.mjs";
import { quietly } from "./quietly.mjs";
import { asker, built, holderOf, openedAt, Volumes } from "./worker-files.mjs";

const { fileDetails, filePart, findFiles, folder, openVolume } = await built(
  "worker/files/questions.js",
);
const { produceFiles } = await built("worker/saving/files-save.js");

const packedPath = join(root, "tests/fixtures/f1-gpt-ext4.vma.zst");
const plainPath = makeFile(
  "files.vma",
  execFileSync("zstd", ["-d", "-q", "-c", packedPath], { maxBuffer: 1 << 28 }),
);
/** The ext4 of the fixture. */
const volume = { deviceId: 1, area: 1, logical: null };
const DEBUGFS = "/usr/sbin/debugfs";

/** An archive whose disks are read in another way. */
const withBytes = (archive, bytesAsTheyAre) =>
  Object.assign(Object.create(archive), { bytesAsTheyAre });

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** What stands below a folder of this machine: hashes of files, targets of links. */
function treeOf(path) {
  const tree = {};
  for (const own of readdirSync(path, { recursive: true })) {
    const facts = lstatSync(join(path, own));
    if (facts.isDirectory()) tree[own] = "folder";
    else if (facts.isSymbolicLink()) tree[own] = `link ${readlinkSync(join(path, own))}`;
    else tree[own] = sha256(readFileSync(join(path, own)));
  }
  return tree;
}

/** All of a file system, asked as the page does. */
async function askedTree(holder) {
  const tree = {};
  const { root: top } = await openVolume(holder, { volume }, asker());
  const waiting = [{ id: top, path: "" }];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    for (let cursor = null; ;) {
      const part = await folder(holder, { volume, node: next.id, cursor }, asker());
      assert.deepEqual([part.fault, part.leftOut], [null, 0]);
      for (const { name, id, node, target } of part.entries) {
        const path = join(next.path, name.text);
        if (node.type === "directory") waiting.push({ id, path });
        if (node.type === "directory") tree[path] = "folder";
        else if (node.type === "link") tree[path] = `link ${target.text}`;
        else tree[path] = sha256(await allOf(holder, id, node.size));
      }
      cursor = part.next;
      if (cursor === null) break;
    }
  }
  return tree;
}

async function allOf(holder, id, size) {
  const parts = [];
  for (let offset = 0; offset < size;) {
    const ask = { volume, node: id, stream: null, offset, length: 1 << 20 };
    const { bytes, fault } = await filePart(holder, ask, asker());
    assert.equal(fault, null);
    assert.ok(bytes.length > 0);
    parts.push(bytes);
    offset += bytes.length;
  }
  return Buffer.concat(parts);
}

/** What stands at a path. */
async function idOf(holder, path) {
  let { root: id } = await openVolume(holder, { volume }, asker());
  for (const part of path) {
    const { entries } = await folder(holder, { volume, node: id, cursor: null }, asker());
    id = entries.find(({ name }) => name.text === part).id;
  }
  return id;
}

/** The same disk, of which each place takes some steps until it can be read. */
function slowed(holder, steps) {
  const approached = [];
  const bytesAsTheyAre = (device) => {
    const bytes = holder.archive.bytesAsTheyAre(device);
    let [at, left] = [-1n, 0];
    const approach = (start, _, work) => {
      if (work > 0n && start !== at) [at, left] = [start, steps];
      if (work > 0n) {
        approached.push(start);
        left -= 1;
      }
      return start === at && left <= 0;
    };
    const own = ["size", "read", "gap", "trace", "detour", "free"];
    const calls = own.map((name) => [name, (...given) => bytes[name](...given)]);
    return { ...Object.fromEntries(calls), approach, detour: () => 1n << 30n };
  };
  const slow = {
    ...holder,
    compressed: true,
    volumes: new Volumes(),
    archive: withBytes(holder.archive, bytesAsTheyAre),
  };
  return { slow, approached };
}

/** The partition, and what debugfs takes out of it. */
const truth = (() => {
  const { archive } = holderOf(plainPath);
  const partition = join(scratch, "partition.ext4");
  // As the disk is known to be, by what else reads it.
  const size = archive.imageSize(1);
  const image = Buffer.alloc(size);
  for (let at = 0; at < size; at += 1 << 20) {
    image.set(archive.imageRead(1, at, Math.min(1 << 20, size - at), "as-it-is"), at);
  }
  const disk = makeFile("files.raw", image);
  const listed = JSON.parse(
    execFileSync("/usr/sbin/sfdisk", ["--json", disk], { encoding: "utf8" }),
  );
  const { start, size: sectors } = listed.partitiontable.partitions[volume.area];
  writeFileSync(partition, image.subarray(start * 512, (start + sectors) * 512));
  const out = join(scratch, "truth");
  mkdirSync(out);
  execFileSync(DEBUGFS, ["-R", `rdump / ${out}`, partition], { stdio: "ignore" });
  return { out, tree: treeOf(out) };
})();

/** A sink that keeps what it gets. */
function keeping() {
  const parts = [];
  return {
    parts,
    async write(offset, bytes) {
      assert.equal(
        offset,
        parts.reduce((sum, { length }) => sum + length, 0),
      );
      parts.push(Buffer.from(bytes));
    },
  };
}

const isNotYetKnown = (error) => error.failure?.code === "file-not-yet-known";
const isBroken = (error) => error.failure?.code === "files-broken";

for (const [name, path] of [
  ["plain", plainPath],
  ["packed", packedPath],
]) {
  test(`every file of a ${name} backup's disk is what debugfs takes out of it`, async () => {
    const holder = holderOf(path);
    assert.ok(Object.keys(truth.tree).length > 3);
    assert.deepEqual(await askedTree(holder), truth.tree);
    assert.equal(holder.source.prefetched > 0, !holder.compressed);
    holder.volumes.forget();
    holder.archive.free();
  });

  test(`files of a ${name} backup's disk are saved as they are, and in a tar`, async () => {
    const holder = holderOf(path);
    const { root: top } = await openVolume(holder, { volume }, asker());
    const { entries } = await folder(holder, { volume, node: top, cursor: null }, asker());
    const chosen = entries.map(({ id, name, node }) => ({ id, path: [name], type: node.type }));
    const work = { ...asker(), tell: () => {} };
    const what = { kind: "files", volume, chosen, form: "tar" };
    const sink = keeping();
    const { size, missed } = await produceFiles(holder, what, sink, work);
    const tar = Buffer.concat(sink.parts);
    assert.deepEqual([tar.length, missed], [size, []]);
    const out = join(scratch, `out-${name}`);
    mkdirSync(out);
    execFileSync("tar", ["-x", "-C", out], { input: tar });
    assert.deepEqual(treeOf(out), truth.tree);
    const zipped = keeping();
    await produceFiles(holder, { ...what, form: "zip" }, zipped, work);
    const zip = makeFile(`files-${name}.zip`, Buffer.concat(zipped.parts));
    const unzipped = join(scratch, `unzipped-${name}`);
    execFileSync("unzip", ["-q", zip, "-d", unzipped]);
    assert.deepEqual(treeOf(unzipped), truth.tree);
    const [own, hash] = Object.entries(truth.tree).find(([, told]) => /^[0-9a-f]{64}$/.test(told));
    const id = await idOf(holder, own.split("/"));
    const one = keeping();
    const called = { text: own.split("/").at(-1), bytes: null };
    const alone = { ...what, form: "file", chosen: [{ id, path: [called], type: "file" }] };
    assert.deepEqual((await produceFiles(holder, alone, one, work)).missed, []);
    assert.equal(sha256(Buffer.concat(one.parts)), hash);
    // A folder is no file.
    const wrong = { ...alone, chosen: [{ id: top, path: [called], type: "file" }] };
    await assert.rejects(
      produceFiles(holder, wrong, keeping(), work),
      ({ code }) => code === "file-unsupported",
    );
    holder.volumes.forget();
    holder.archive.free();
  });

  test(`names on a ${name} backup's disk are found`, async () => {
    const holder = holderOf(path);
    const { root: top } = await openVolume(holder, { volume }, asker());
    const hits = [];
    const tell = (update) => hits.push(...update.hits);
    const letters = "E"; // in capitals or not
    const result = await findFiles(holder, { volume, node: top, letters }, asker(), tell);
    assert.deepEqual(result, { isCut: false });
    const found = hits.map(({ path }) => path.map(({ text }) => text).join("/"));
    const told = execFileSync("find", [
      truth.out,
      "-mindepth",
      "1",
      "-iname",
      "*e*",
      "-printf",
      "%P\\n",
    ]);
    assert.deepEqual(found.sort(), told.toString().trim().split("\n").sort());
    holder.archive.free();
  });
}

test("what has to be unpacked is approached in steps, told of, and can be given up", async () => {
  const holder = holderOf(plainPath);
  const { slow, approached } = slowed(holder, 4);
  const aborted = new AbortController();
  const first = asker(aborted.signal);
  first.pause = async () => {
    aborted.abort();
    aborted.signal.throwIfAborted();
  };
  await assert.rejects(openVolume(slow, { volume }, first), (error) => error.name === "AbortError");
  assert.equal(approached.length, 1);
  const second = asker();
  await openVolume(slow, { volume }, second);
  assert.ok(second.told.length > 0);
  for (const { done, total } of second.told) assert.ok(done >= 0 && total >= done);
  assert.deepEqual(await askedTree(slow), truth.tree);
  // Nothing is fetched twice that is kept.
  const places = new Set(approached);
  assert.ok(approached.length <= 5 * places.size, `${approached.length} of ${places.size}`);
  slow.volumes.forget();
  holder.archive.free();
});

test("a scan that begins on the way to a place ends the way", async () => {
  const holder = holderOf(plainPath);
  const { slow, approached } = slowed(holder, 100);
  const asking = asker();
  asking.pause = async () => slow.volumes.scanBegins();
  await assert.rejects(openVolume(slow, { volume }, asking), isNotYetKnown);
  assert.equal(approached.length, 1);
  holder.archive.free();
});

test("while a scan goes on nothing is unpacked for a look, and what is plain is read", async () => {
  const packed = holderOf(packedPath);
  await openVolume(packed, { volume }, asker());
  packed.volumes.scanBegins();
  await assert.rejects(openVolume(packed, { volume }, asker()), isNotYetKnown);
  packed.volumes.scanEnds();
  await openVolume(packed, { volume }, asker());
  const plain = holderOf(plainPath);
  plain.volumes.scanBegins();
  const { root: top } = await openVolume(plain, { volume }, asker());
  const { entries } = await folder(plain, { volume, node: top, cursor: null }, asker());
  assert.ok(entries.length > 0);
  plain.volumes.scanEnds();
  plain.archive.free();
  packed.archive.free();
});

test("what the scan of a plain backup has not come to is not yet known", async () => {
  const holder = openedAt(plainPath);
  const { archive } = holder;
  holder.volumes.scanBegins();
  await assert.rejects(
    openVolume(holder, { volume }, asker()),
    ({ code, failure }) => (code ?? failure?.code) === "file-not-yet-known",
  );
  while (!archive.scanStep().done);
  holder.volumes.scanEnds();
  await openVolume(holder, { volume }, asker());
  archive.free();
});

test("many questions at once are each answered, and in a packed backup as well", async () => {
  const holder = holderOf(packedPath);
  const { root: top } = await openVolume(holder, { volume }, asker());
  const ask = { volume, node: top, cursor: null };
  const parts = await Promise.all(Array.from({ length: 20 }, () => folder(holder, ask, asker())));
  const names = parts.map(({ entries }) => entries.map(({ name }) => name.text).join());
  assert.equal(new Set(names).size, 1);
  const [{ entries }] = parts;
  const details = await Promise.all(
    entries.map(({ id }) => fileDetails(holder, { volume, node: id }, asker())),
  );
  for (const { attributes, streams, fault } of details) {
    assert.ok(Array.isArray(attributes));
    assert.deepEqual([streams, fault], [[], null]);
  }
  holder.archive.free();
});

test("a module that broke is replaced, and the next question is answered as before", async () => {
  const [holder, other] = [holderOf(packedPath), holderOf(plainPath)];
  const { root: top } = await openVolume(holder, { volume }, asker());
  await openVolume(other, { volume }, asker());
  const ask = { volume, node: top, cursor: null };
  const before = await folder(holder, ask, asker());
  // Its glue refuses what is no number: what comes of that nobody relies on.
  const wrong = { volume, node: "no number", cursor: null };
  await quietly(() => assert.rejects(folder(holder, wrong, asker()), isBroken));
  assert.deepEqual(await folder(holder, ask, asker()), before);
  assert.deepEqual(await folder(other, ask, asker()), before);
  holder.archive.free();
  other.archive.free();
});

test("no more than four file systems stay open", async () => {
  const holder = holderOf(plainPath);
  let freed = 0;
  const { bytesAsTheyAre } = Archive.prototype;
  const counted = (device) => {
    const bytes = bytesAsTheyAre.call(holder.archive, device);
    const free = bytes.free.bind(bytes);
    bytes.free = () => {
      freed += 1;
      free();
    };
    return bytes;
  };
  const own = { ...holder, archive: withBytes(holder.archive, counted) };
  for (let area = 0; area < 6; area += 1) {
    const place = { deviceId: 1, area: area % 2, logical: area < 2 ? null : area };
    await openVolume(own, { volume: place }, asker()).catch(() => {});
  }
  // A logical volume that is none does not open, and is not kept.
  assert.equal(freed, 4);
  own.volumes.forget();
  assert.equal(freed, 6);
  holder.archive.free();
});
