// The page of one file, opened from a folder as a person has it who downloaded it: no
// server, no other file. All that it can do there is done, and comes out right.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { page as built } from "../../www/build/build.mjs";
import { ONE_FILE } from "../../www/build/page-files.mjs";
import { root } from "../../www/build/tools.mjs";
import { folder, makeArchive, makeFile, qemuServerConf, sha256 } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

// By itself, in a folder where nothing else of the page is.
const alone = join(folder, ONE_FILE);
copyFileSync(join(built, ONE_FILE), alone);

const conf = makeFile("qemu-server.conf", qemuServerConf("drive-scsi0"));
const plain = makeArchive(
  "vzdump-qemu-100-2024_05_06-07_08_09.vma",
  ...["--disk", "drive-scsi0:24M:mixed:8"],
  ...["--config", `qemu-server.conf=${conf}`],
);

/** A disk with ext4 and one with exFAT. */
const zstd = join(root, "tests/fixtures/sample.vma.zst");

/** SHA-256 of what zstd unpacks of a file. */
function unpackedSum(name) {
  const path = join(root, "tests/fixtures", `${name}.zst`);
  const image = execFileSync("zstd", ["-q", "-d", "-c", path], { maxBuffer: 1 << 28 });
  return createHash("sha256").update(image).digest("hex");
}

inEachBrowser(
  "The page of one file",
  {
    async "opens a plain backup, and gives out its configuration and its disk"(inspector) {
      await inspector.openArchive(plain.path);
      await inspector.shows("Can be restored", "#scan h2");
      const config = await inspector.page.download(() => inspector.clickIn("#configs", /^Save/));
      assert.equal(config.failure, null);
      assert.equal(readFileSync(config.path, "utf8"), readFileSync(conf, "utf8"));
      const disk = await inspector.save("drive-scsi0");
      assert.deepEqual([disk.failure, disk.sha256], [null, plain.disks[0].sha256]);
      inspector.assertNothingWasSent();
    },

    async "has each thread try its policy, and hands out its licences"(inspector) {
      await inspector.shows(
        "was stopped in all of them: their security policy allows",
        "#own-policy",
      );
      await inspector.shows("connections to nothing at all", "#own-policy");
      const { page } = inspector;
      const notices = await page.download(() => inspector.clickIn("footer", /licences/));
      assert.equal(notices.fileName, "NOTICES.txt");
      assert.equal(notices.sha256, await sha256(join(built, "NOTICES.txt")));
    },

    async "opens a backup in zstd, lists the files in it, and gives out each disk"(inspector) {
      await inspector.openArchive(zstd, "drop");
      await inspector.shows("ext4", "#devices");
      for (const [name, image] of [
        ["drive-scsi0", "ext4-linux"],
        ["drive-scsi1", "exfat-512"],
      ]) {
        const disk = await inspector.save(name);
        assert.deepEqual([disk.failure, disk.sha256], [null, unpackedSum(image)]);
      }
      await inspector.clickIn("#tabs", /^Files$/);
      await inspector.shows("lost+found", "#files");
      await inspector.clickIn("#tabs", /^Bytes$/);
      // The magic number of a frame, RFC 8878, 3.1.1.
      await inspector.shows(/28\s+b5\s+2f\s+fd/i, "#bytes");
      inspector.assertNothingWasSent();
    },
  },
  undefined,
  { address: pathToFileURL(alone).href },
);
