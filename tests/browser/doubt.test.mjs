// What can be read and nothing vouches for: told, asked about, and never green.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { folder, makeArchive, makeFile } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const made = makeArchive(
  "doubt-made.vma",
  ...["--disk", "drive-scsi0:12M:dense:3", "--raw-out", folder],
);
const bytes = readFileSync(made.path);

/** One byte too many in the data of the second extent, as a transfer as text makes it. */
const at = made.offsets[1] + 512 + 100_000;
const shifted = makeFile(
  "doubt.vma",
  Buffer.concat([bytes.subarray(0, at), Buffer.from("\r"), bytes.subarray(at)]),
);

/** What is in doubt: all data of that extent. A dense disk stands there in its order. */
const start = made.offsets[1] - made.offsets[0] - 512;
const length = made.offsets[2] - made.offsets[1] - 512;
const inWords = `${(length / 1048576).toPrecision(3)} MiB (${length.toLocaleString("en")} bytes)`;

/** The disk as it has to come out: with what is found there, or with zeros. */
function expected(taken) {
  const disk = readFileSync(join(folder, "drive-scsi0.raw"));
  const data = made.offsets[1] + 512;
  if (taken === "as-lost") disk.fill(0, start, start + length);
  else readFileSync(shifted).copy(disk, start, data, data + length);
  return disk;
}

const sha256 = (content) => createHash("sha256").update(content).digest("hex");

/** Asserts that a disk and its map were saved so, under no green. */
async function savedLike(inspector, saved, taken) {
  assert.equal(await inspector.page.evaluate(boxTone), "warning");
  assert.ok(readFileSync(saved.path).equals(expected(taken)), taken);
  const map = readFileSync(saved.map.path, "utf8");
  const lines = map.match(/^0x\w+ +0x\w+ +[?-]$/gm).map((line) => line.split(/ +/));
  const sign = taken === "as-lost" ? "-" : "?";
  assert.deepEqual(
    lines.map(([at, size, sign]) => [Number(at), Number(size), sign]),
    [[start, length, sign]],
  );
  assert.match(map, taken === "as-lost" ? /bytes in doubt are taken as lost/ : /are in doubt/);
}

/** Chooses zeros in the question, which the button then says. */
async function chooseZeros(inspector) {
  await inspector.shows("Parts of this disk are in doubt", "#question");
  await inspector.clickIn("#question", /^Save zeros in their place/);
  await inspector.shows("Save with zeros in their place", "#question .dialog-buttons");
}

/** Saves the report and gives what is in it. */
async function reportOf(inspector) {
  const download = await inspector.page.download(() => inspector.clickIn("#report", /Save report/));
  return JSON.parse(readFileSync(download.path, "utf8"));
}

/** The last four bytes are the checksum over all. */
const packed = execFileSync("zstd", ["-q", "-c", "--check", made.path], { maxBuffer: 1 << 26 });
/** Some of it cannot be unpacked, and the checksum over all cannot be compared. */
const torn = execFileSync("gzip", ["--rsyncable", "-c", made.path], { maxBuffer: 1 << 26 });
const half = Math.floor(torn.length / 2);
torn.fill(0xff, half, half + 3000);
const lacking = makeFile("lacking.vma.gz", torn);
packed[packed.length - 1] ^= 1;
const mismatched = makeFile("doubt.vma.zst", packed);

const boxTone = () => document.querySelector("#saves .save")?.dataset.tone;

inEachBrowser("A disk of which bytes are in doubt", {
  async "is told so before a save, and saved as it is, in the save's own box and in its map"(
    inspector,
  ) {
    await inspector.openArchive(shifted);
    await inspector.shows(/of drive-scsi0 are in doubt/, "#scan h2");
    await inspector.shows(/[\d.]+ MiB in doubt/, "#devices");
    await inspector.shows("in 1 range, can be read, and something speaks against", "#damage");
    const saved = await inspector.saveWithMap("drive-scsi0", async () => {
      await inspector.clickInCard("drive-scsi0", "^Save$");
      await inspector.shows("Parts of this disk are in doubt", "#question");
      await inspector.shows("Keep the original, whichever you choose", "#question");
      // That is what is done where nothing is chosen.
      await inspector.page.click("button", "Save as it is");
    });
    await inspector.shows(`${inWords} of it are in doubt: they can be read`, "#saves .save");
    await inspector.shows("They are in the file as they are", "#saves .save");
    await savedLike(inspector, saved, "as-it-is");
    await inspector.shows(
      /SHA-256 of the disk's 12 MiB as read, with [\d.]+ MiB in doubt:/,
      ".hash",
    );
    await inspector.shows(sha256(expected("as-it-is")), ".hash");
    const report = await reportOf(inspector);
    assert.deepEqual(report.saves[0].doubt, { bytes: length, taken: "as-it-is" });
    assert.match(report.saves[0].text[0], /in the file as they are/);
    assert.equal(report.devices[0].sha256, sha256(expected("as-it-is")));
    assert.deepEqual(report.devices[0].sha256Of.doubt, { bytes: length, taken: "as-it-is" });
  },

  async "is saved as lost if so chosen, and the box, the map, the hash and the report say so"(
    inspector,
  ) {
    await inspector.openArchive(shifted);
    const saved = await inspector.saveWithMap("drive-scsi0", async () => {
      await inspector.clickInCard("drive-scsi0", "^Save$");
      await chooseZeros(inspector);
      await inspector.page.click("button", "Save with zeros in their place");
    });
    await inspector.shows(`${inWords} of it are in doubt`, "#saves .save");
    await inspector.shows("the file has zeros in their place", "#saves .save");
    await savedLike(inspector, saved, "as-lost");
    await inspector.shows(/12 MiB, with zeros for [\d.]+ MiB in doubt:/, ".hash");
    await inspector.shows(sha256(expected("as-lost")), ".hash");
    const report = await reportOf(inspector);
    assert.deepEqual(report.saves[0].doubt, { bytes: length, taken: "as-lost" });
    assert.match(report.saves[0].text[0], /has zeros in their place, and they count as lost/);
    assert.equal(report.devices[0].sha256, sha256(expected("as-lost")));
    // What is known of the disk itself stays what it is.
    assert.equal(report.devices[0].missingBytes, 0);
    await inspector.shows(/[\d.]+ MiB in doubt/, "#devices");
  },

  async "is asked about again, and its hash is that of the last way it was saved"(inspector) {
    await inspector.openArchive(shifted);
    for (const taken of ["as-lost", "as-it-is"]) {
      const saved = await inspector.page.download(async () => {
        await inspector.clickInCard("drive-scsi0", "^Save$");
        if (taken === "as-lost") await chooseZeros(inspector);
        await inspector.shows("Parts of this disk are in doubt", "#question");
        await inspector.clickIn("#question", /^Save (as it is|with zeros)/);
      });
      assert.equal(saved.sha256, sha256(expected(taken)));
      await inspector.shows(saved.sha256, ".hash");
    }
  },

  async "is a qcow2 that holds the same, either way"(inspector) {
    await inspector.openArchive(shifted);
    await inspector.chooseFormat("qcow2");
    const sizes = [];
    for (const taken of ["as-it-is", "as-lost"]) {
      const saved = await inspector.page.download(async () => {
        await inspector.clickInCard("drive-scsi0", "^Save$");
        await inspector.shows("Parts of this disk are in doubt", "#question");
        if (taken === "as-lost") await chooseZeros(inspector);
        await inspector.clickIn("#question", /^Save (as it is|with zeros)/);
      });
      assert.equal(saved.failure, null);
      const raw = join(folder, `doubt-${taken}.raw`);
      execFileSync("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", saved.path, raw]);
      assert.ok(readFileSync(raw).equals(expected(taken)), taken);
      sizes.push(statSync(saved.path).size);
    }
    assert.equal(sizes[0] - sizes[1], length, "what counts as lost takes no room");
  },

  async "has its place in the disk's picture and a row of the table of its own"(inspector) {
    await inspector.openArchive(shifted);
    await inspector.openDisk("drive-scsi0");
    await inspector.shows(/In doubt [\d.]+ MiB that something speaks against/, "main");
    const numbers = await inspector.page.evaluate(() => {
      document.querySelector("#devices canvas").scrollIntoView({ block: "center" });
      const row = document.querySelector('.clusters [data-kind="doubt"]').closest("tr");
      return [...row.querySelectorAll("td")].map((cell) => cell.innerText);
    });
    const clusters = length / 65_536;
    assert.deepEqual(numbers, [String(clusters), `${Math.round((clusters / 192) * 100)} %`]);
    // Of what is not lost, only doubt reaches up to the highest pixels.
    const share = { from: start / made.disks[0].size, to: (start + length) / made.disks[0].size };
    await inspector.page.waitFor(({ from, to }) => {
      const canvas = document.querySelector("#devices canvas");
      if (canvas.width < 301) return false;
      const row = canvas.getContext("2d").getImageData(0, 1, canvas.width, 1).data;
      const there = Array.from({ length: canvas.width }, (_, x) => row[x * 4 + 3] === 255);
      const [first, last] = [there.indexOf(true), there.lastIndexOf(true) + 1];
      const isNear = (x, wanted) => Math.abs(x - wanted * canvas.width) <= 3;
      return there.includes(true) && isNear(first, from) && isNear(last, to);
    }, share);
  },

  async "that is not wanted leaves nothing, and the page says nothing else"(inspector) {
    await inspector.openArchive(shifted);
    await inspector.clickInCard("drive-scsi0", "^Save$");
    await inspector.shows("Parts of this disk are in doubt", "#question");
    await inspector.page.click("button", "Do not save");
    await inspector.shows("Nothing was written.", "#saves .save");
    const box = await inspector.page.text("#saves .save");
    assert.doesNotMatch(box, /Downloads|delete/);
    assert.equal(await inspector.page.evaluate(boxTone), "neutral");
    assert.equal(inspector.page.downloadsCompleted, 0);
  },

  async "perhaps, beside others that are missing, is told with them"(inspector) {
    await inspector.openArchive(lacking);
    await inspector.shows(/[\d.]+ KiB missing\s*the rest is not proven right/, "#devices");
  },

  async "perhaps, since only the checksum over all does not agree, is never green"(inspector) {
    await inspector.openArchive(mismatched);
    await inspector.shows("nothing missing, not proven right", "#devices");
    const saved = await inspector.page.download(async () => {
      await inspector.clickInCard("drive-scsi0", "^Save$");
      await inspector.shows("Nothing proves that this disk is right", "#question");
      await inspector.page.click("button", "Save as it is");
    });
    assert.equal(saved.sha256, made.disks[0].sha256);
    await inspector.shows("Nothing proves that it is right", "#saves .save");
    assert.equal(await inspector.page.evaluate(boxTone), "warning");
  },
});

inEachBrowser("A file that is none", {
  async "is told where the person is, however far down the page"(inspector) {
    await inspector.openArchive(shifted);
    await inspector.page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await inspector.page.drop(makeFile("notes.txt", "nothing of the kind"));
    await inspector.shows("This is a text, not a backup", "#failure");
    await inspector.page.waitFor(() => {
      const { top, bottom } = document.querySelector("#failure h2").getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight && document.activeElement?.id === "failure-title";
    });
  },
});
