// Files of a disk in a backup that stays on the server: what comes out is the tree that went in,
// and only what it takes is asked for.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { makeArchive } from "./support/archives.mjs";
import { FILES, options } from "./support/disk-of-files.mjs";
import { Dump, openDumped } from "./support/dump.mjs";
import { click, enter, listed } from "./support/list-of-files.mjs";
import { inEachBrowser } from "./support/suite.mjs";

/** So large that it is not read to its end at once. */
const { path } = makeArchive("files.vma", ...options, "--disk", "drive-scsi1:40M:dense:9");
execFileSync("zstd", ["-q", "-f", path, "-o", `${path}.zst`]);
/** So large that of its extents alone more is to be read than is asked for without a click. */
const large = makeArchive("large.vma", ...options, "--disk", "drive-scsi1:200M:dense:9");
const dump = new Dump({
  "files.vma": path,
  "files.vma.zst": `${path}.zst`,
  "large.vma": large.path,
});

const SPARED = "only its beginning was asked for";

/** Opens the file that is saved, in the list of the files of its disk. */
async function showFile(inspector) {
  await inspector.clickIn("#tabs", /^Files$/);
  await listed(inspector, ["etc", "srv"]);
  await enter(inspector, "srv");
  await click(inspector, "data.bin");
  await inspector.shows("The first 4 KiB of it", ".files-preview");
}

/** Opens a backup by its address, and waits until its disk is known. */
async function open(inspector, name) {
  await openDumped(inspector, name);
  await inspector.shows(name, "#place");
  await inspector.shows("ext4", "#devices");
}

async function assertSaves(inspector) {
  const save = () => inspector.clickIn(".files-preview", /^Save$/);
  const saved = await inspector.page.download(save);
  assert.deepEqual([saved.failure, saved.sha256], [null, sha256(FILES["srv/data.bin"])]);
}

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

inEachBrowser(
  "Files of a backup on the page's own server",
  {
    async "come out byte for byte, of a plain one and of a packed one"(inspector) {
      for (const name of ["files.vma", "files.vma.zst"]) {
        dump.bytes = 0;
        await open(inspector, name);
        // What is packed is unpacked from its start, and not without being asked to.
        const isPacked = name.endsWith(".zst");
        if (isPacked) {
          await inspector.shows(SPARED, "#scan");
          await inspector.clickIn("#scan", /Continue/);
        }
        await showFile(inspector);
        await assertSaves(inspector);
        const size = statSync(path).size;
        assert.ok(isPacked || dump.bytes < size / 2, `${dump.bytes} of ${size} bytes`);
      }
    },

    async "come out of one whose scan stands still: saving them goes on with it"(inspector) {
      dump.bytes = 0;
      await open(inspector, "large.vma");
      await inspector.shows(SPARED, "#scan");
      await showFile(inspector);
      await assertSaves(inspector);
      assert.ok(dump.bytes < statSync(large.path).size / 2, `${dump.bytes} bytes`);
    },
  },
  undefined,
  { server: { beside: dump.answer } },
);
