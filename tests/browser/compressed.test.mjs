// Backups as Proxmox compresses them, sound and broken: they open like plain
// ones, every disk comes out, and the page says what their checksums prove.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder, makeArchive, makeFile } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const made = makeArchive(
  "packed.vma",
  ...["--disk", "drive-scsi0:40M:mixed:21"],
  ...["--disk", "drive-efidisk0:540672:dense:22"],
  ...["--interleave", "2"],
);

/** What a program makes of the archive, under a name of its own. */
function packed(name, program, ...options) {
  const output = execFileSync(program, [...options, "-c", made.path], { maxBuffer: 1 << 28 });
  return makeFile(name, output);
}

const zstd = packed("sound.vma.zst", "zstd", "-q");
const forms = [
  [zstd, "zstd", /checksum over the whole archive agrees: the bytes are those/],
  [packed("sound.vma.lzo", "lzop"), "lzop", /cover the whole archive, agree: the bytes/],
  [packed("sound.vma.gz", "gzip"), "gzip", /checksum over the whole archive agrees/],
  [packed("sound.vma.bz2", "bzip2"), "bzip2", /cover the whole archive, agree: the bytes/],
];

/** The same with the byte at `offset` from the end changed. */
function flipped(name, path, fromEnd) {
  const bytes = readFileSync(path);
  bytes[bytes.length - fromEnd] ^= 0x10;
  return makeFile(name, bytes);
}

const wrongSum = flipped("wrong-sum.vma.zst", zstd, 1);
const unsummed = packed("unsummed.vma.zst", "zstd", "-q", "--no-check");
const crashed = join(folder, "crashed.vma.dat");
copyFileSync(zstd, crashed);
const cut = join(folder, "cut.vma.zst");
writeFileSync(cut, readFileSync(zstd).subarray(0, 6 << 20));

async function savesAll(inspector, isProven = true) {
  for (const disk of made.disks) {
    const download = isProven
      ? await inspector.save(disk.name)
      : await inspector.page.download(async () => {
          await inspector.clickInCard(disk.name, "^Save$");
          await inspector.page.click("button", "Save as it is");
        });
    assert.equal(download.failure, null);
    assert.equal(download.sha256, disk.sha256, disk.name);
  }
}

for (const [path, kind, proven] of forms) {
  inEachBrowser(`A backup in ${kind}`, {
    async "opens, is checked, and each disk comes out byte for byte"(inspector) {
      await inspector.openArchive(path);
      await inspector.shows(`${kind}-compressed`, "#archive");
      await inspector.shows("unpacked", "#archive");
      await inspector.shows("Nothing is missing", "#scan");
      await inspector.shows(proven, "#scan");
      await inspector.shows(`The ${kind} data is whole`, "#container");
      await savesAll(inspector);
    },
  });
}

/** Notes the threads of the page that unpack ahead, and ends them if they are not to. */
function watchHands(isEnded) {
  globalThis.hands = 0;
  globalThis.policiesOfHands = [];
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(address, options) {
      super(address, options);
      if (!String(address).includes("hand-worker")) return;
      globalThis.hands += 1;
      this.addEventListener("message", ({ data }) => {
        if (data.kind === "policy") globalThis.policiesOfHands.push(data.policy);
      });
      if (isEnded) this.terminate();
    }
  };
}

for (const [path, kind] of forms.filter(([, kind]) => ["lzop", "bzip2"].includes(kind))) {
  assert.ok(statSync(path).size > 16 << 20, "threads are of no use for less");

  inEachBrowser(`Threads that unpack blocks of ${kind} ahead`, {
    async "are as many as there are cores for, bound by the policy, and work for saves too"(
      inspector,
    ) {
      await inspector.page.evaluate(watchHands, false);
      await inspector.openArchive(path);
      await inspector.shows("Nothing is missing", "#scan");
      const { hands, cores } = await inspector.page.evaluate(() => ({
        hands: globalThis.hands,
        cores: navigator.hardwareConcurrency,
      }));
      assert.equal(hands, Math.min(cores - 1, 8));
      // A thread tells it before it works, and hears nothing from then on.
      await inspector.page.waitFor((count) => globalThis.policiesOfHands.length >= count, hands);
      const policies = await inspector.page.evaluate(() => globalThis.policiesOfHands);
      assert.deepEqual(policies, Array(hands).fill("own-origin"));
      await savesAll(inspector);
      const all = await inspector.page.evaluate(() => globalThis.hands);
      assert.ok(cores === 1 || all > hands, "the large disk is saved by threads as well");
    },

    async "may all be gone: the same is found and saved"(inspector) {
      await inspector.page.evaluate(watchHands, true);
      await inspector.openArchive(path);
      await inspector.shows("Nothing is missing", "#scan");
      await inspector.shows(`The ${kind} data is whole`, "#container");
      await savesAll(inspector);
    },
  });
}

inEachBrowser("A compressed backup", {
  async "is told by its bytes, not by its name"(inspector) {
    await inspector.openArchive(crashed);
    await inspector.shows("zstd-compressed", "#archive");
    await inspector.shows("Nothing is missing", "#scan");
  },

  async "is opened and checked without a word to any server"(inspector) {
    // The page is complete when it has opened something.
    await inspector.openArchive(made.path);
    inspector.server.takeRequests();
    await inspector.openArchive(zstd);
    inspector.assertNothingWasSent();
  },

  async "takes over from one that is still being checked"(inspector) {
    for (const [path] of forms) {
      await inspector.page.choose(path);
      await inspector.shows("compressed", "#archive");
    }
    await inspector.openArchive(crashed);
    await inspector.shows("Nothing is missing", "#scan");
    await savesAll(inspector);
  },

  async "with a wrong checksum comes out whole, and the page says what is wrong"(inspector) {
    await inspector.openArchive(wrongSum);
    await inspector.shows("sound but for the zstd checksum, which does not agree", "#scan");
    await inspector.shows("The zstd checksum does not agree", "#container");
    await inspector.clickIn("#container", /checksum/);
    await inspector.shows("zstd-checksum-mismatch", "#container");
    await savesAll(inspector, false);
  },

  async "without a checksum is not called proven"(inspector) {
    await inspector.openArchive(unsummed);
    await inspector.shows("without a checksum", "#container");
    await inspector.shows("no program can tell", "#scan");
  },

  async "whose first bytes are overwritten leads from its damage to what is wrong"(inspector) {
    const bytes = Buffer.from(readFileSync(zstd));
    bytes.fill(0x58, 0, 4);
    await inspector.openArchive(makeFile("overwritten.vma.zst", bytes));
    await inspector.shows("None in the archive itself.", "#findings");
    await inspector.clickIn("#findings", /stands under Details/);
    await inspector.page.waitFor(() => document.querySelector("#container").checkVisibility());
    await inspector.shows("The zstd data is damaged", "#container");
    await inspector.shows("Compressed data that cannot be unpacked", "#container");
  },

  async "that was cut shows what it holds, and gives that out"(inspector) {
    await inspector.openArchive(cut);
    await inspector.shows("damaged", "#scan");
    await inspector.shows("The zstd data is cut off", "#container");
    await inspector.shows("missing", "#devices");
    const download = await inspector.saveWithMap("drive-scsi0", async () => {
      await inspector.clickInCard("drive-scsi0", "^Save$");
      await inspector.page.click("button", "Save with gaps");
    });
    assert.equal(download.failure, null);
    assert.equal(download.size, 40 << 20);
  },
});

/** The lzop blocks of a file: where their data stand, in it and unpacked. */
function* lzopBlocks(bytes) {
  const flags = bytes.readUInt32BE(17);
  let at = 9 + 24 + 1 + bytes[33] + 4;
  for (let unpacked = 0; ;) {
    const length = bytes.readUInt32BE(at);
    if (length === 0) return;
    const stored = bytes.readUInt32BE(at + 4);
    at += 8 + 4 * (flags & 1) + (stored < length && flags & 2 ? 4 : 0);
    yield { at, stored, start: unpacked, end: unpacked + length, packed: stored < length };
    at += stored;
    unpacked += length;
  }
}

/** One block ruined, of the second half, that holds no header of an extent. */
function ruined(bytes) {
  const needed = ({ start, end }) =>
    made.offsets.some((offset) => offset < end && offset + 512 > start);
  const block = [...lzopBlocks(bytes)].find(
    (block) => block.packed && block.start > made.size / 2 && !needed(block),
  );
  const broken = Buffer.from(bytes);
  broken.fill(0xff, block.at, block.at + block.stored);
  return broken;
}

const ruinedBlock = makeFile("ruined-block.vma.lzo", ruined(readFileSync(forms[1][0])));

inEachBrowser("A block that cannot be unpacked", {
  async "is found by the check, and asked about before a disk is saved"(inspector) {
    await inspector.openArchive(ruinedBlock);
    await inspector.shows("damaged", "#scan");
    await inspector.shows(/KiB missing/, "#devices");
    await inspector.clickIn("#findings", /cannot be unpacked/);
    await inspector.shows("container-damaged", "#findings");
    const download = await inspector.saveWithMap("drive-scsi0", async () => {
      await inspector.clickInCard("drive-scsi0", "^Save$");
      await inspector.shows("Parts of this disk are missing", "#question");
      await inspector.page.click("button", "Save with gaps");
    });
    assert.equal(download.size, 40 << 20);
  },
});
