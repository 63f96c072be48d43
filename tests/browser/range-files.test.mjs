// Files of a disk in a backup that stays on the server: what comes out is the tree that went in,
// and only what it takes is asked for.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { makeArchive } from "./support/archives.mjs";
import { FILES, options } from "./support/disk-of-files.mjs";
import { Dump } from "./support/dump.mjs";
import { click, enter, listed } from "./support/list-of-files.mjs";
import { inEachBrowser } from "./support/suite.mjs";

/** So large that it is not read to its end at once. */
const { path } = makeArchive("files.vma", ...options, "--disk", "drive-scsi1:40M:dense:9");
execFileSync("zstd", ["-q", "-f", path, "-o", `${path}.zst`]);
const dump = new Dump({ "files.vma": path, "files.vma.zst": `${path}.zst` });

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

inEachBrowser(
  "Files of a backup on the page's own server",
  {
    async "come out byte for byte, of a plain one and of a packed one"(inspector) {
      const { page } = inspector;
      for (const name of ["files.vma", "files.vma.zst"]) {
        dump.bytes = 0;
        await page.evaluate((name) => {
          globalThis.isFormer = true;
          history.replaceState(null, "", `#open=dump/${name}`);
          location.reload();
        }, name);
        await page.waitFor(() => !globalThis.isFormer && document.readyState === "complete");
        await inspector.shows(name, "#place");
        await inspector.shows("ext4", "#devices");
        // What is packed is unpacked from its start, and not without being asked to.
        const isPacked = name.endsWith(".zst");
        if (isPacked) {
          await inspector.shows("only its beginning was asked for", "#scan");
          await inspector.clickIn("#scan", /Continue/);
        }
        await inspector.clickIn("#tabs", /^Files$/);
        await listed(inspector, ["etc", "srv"]);
        await enter(inspector, "srv");
        await click(inspector, "data.bin");
        await inspector.shows("The first 4 KiB of it", ".files-preview");
        const saved = await page.download(() => inspector.clickIn(".files-preview", /^Save$/));
        assert.deepEqual([saved.failure, saved.sha256], [null, sha256(FILES["srv/data.bin"])]);
        const size = statSync(path).size;
        assert.ok(isPacked || dump.bytes < size / 2, `${dump.bytes} of ${size} bytes`);
      }
    },
  },
  undefined,
  { server: { beside: dump.answer } },
);
