// Streams of NTFS, as the page asks for them: listed beside a file, and each saved as a file of
// its own, held against what ntfs-3g told of them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../www/build/tools.mjs";
import { makeArchive, makeFile } from "../browser/support/archives.mjs";
import { asker, built, holderOf } from "./worker-files.mjs";

const { fileDetails, folder, openVolume } = await built("worker/files/questions.js");
const { produceFiles } = await built("worker/saving/files-save.js");
const { streamOf } = await built("views/files/choice-bar.js");

const fixture = (name) => join(root, "tests/fixtures", name);

/** What was told of the streams of a file: bytes by name. */
function truthOf(path) {
  const lines = readFileSync(fixture("ntfs-windows.truth"), "utf8").split("\n");
  const line = lines.find((one) => one.endsWith(`\t${path}`));
  const pairs = line.split("\t")[8].split(",");
  const streams = pairs.filter((pair) => pair.startsWith("user."));
  return new Map(
    streams.map((pair) => {
      const [name, value] = pair.slice("user.".length).split("=");
      return [name, Buffer.from(value, "hex")];
    }),
  );
}

test("each stream of a file is listed with its size, and saved as it is", async () => {
  const disk = execFileSync("zstd", ["-d", "-q", "-c", "--long=27", fixture("ntfs-windows.zst")], {
    maxBuffer: 1 << 28,
  });
  const path = makeFile("ntfs.raw", disk);
  const holder = holderOf(makeArchive("ntfs.vma", "--disk-from", `drive-scsi0=${path}`).path);
  const volume = { deviceId: 1, area: 0, logical: null };
  const { root: top } = await openVolume(holder, { volume }, asker());
  const { entries } = await folder(holder, { volume, node: top, cursor: null }, asker());
  const entry = entries.find(({ name }) => name.text === "streams");
  const truth = truthOf("streams");
  assert.deepEqual([...truth.keys()].sort(), ["empty", "long", "short"]);
  const { streams } = await fileDetails(holder, { volume, node: entry.id }, asker());
  const told = Object.fromEntries(streams.map(({ name, size }) => [name.text, size]));
  const sizes = Object.fromEntries([...truth].map(([name, bytes]) => [name, bytes.length]));
  assert.deepEqual(told, sizes);
  for (const stream of streams) {
    const parts = [];
    const sink = { write: async (_, bytes) => void parts.push(Buffer.from(bytes)) };
    const { chosen, form } = streamOf({ entry, folders: [] }, stream);
    assert.equal(chosen[0].path.at(-1).text, `streams.stream.${stream.name.text}`);
    const what = { kind: "files", volume, chosen, form };
    const made = await produceFiles(holder, what, sink, { ...asker(), tell: () => {} });
    const bytes = Buffer.concat(parts);
    assert.deepEqual(bytes, truth.get(stream.name.text));
    assert.deepEqual(made, { size: bytes.length, missed: [] });
  }
  // One that is not there is none.
  const wrong = streamOf({ entry, folders: [] }, { name: { text: "other", bytes: null }, size: 1 });
  await assert.rejects(
    produceFiles(
      holder,
      { kind: "files", volume, ...wrong },
      { write: async () => {} },
      { ...asker(), tell: () => {} },
    ),
    ({ code }) => code === "file-not-found",
  );
  holder.volumes.forget();
  holder.archive.free();
});
