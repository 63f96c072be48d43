// The backup to try the page with comes with the page, and is sound.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { root } from "../../www/build/tools.mjs";
import { inEachBrowser } from "./support/suite.mjs";

/** What zstd unpacks of the image that the disk was made from. */
function imageSum(name) {
  const path = join(root, "tests/fixtures", `${name}.zst`);
  const image = execFileSync("zstd", ["-q", "-d", "-c", path], { maxBuffer: 1 << 28 });
  return createHash("sha256").update(image).digest("hex");
}

inEachBrowser("The sample", {
  async "is opened by a click, says that it is one, is sound, and its disks come out"(inspector) {
    await inspector.page.click("button", "Try it with a sample backup");
    await inspector.shows("sample · VM 100", "#head");
    await inspector.shows(/Can be restored\n/, "#scan");
    await inspector.shows("ext4", "#devices");
    for (const [disk, image] of [
      ["drive-scsi0", "ext4-linux"],
      ["drive-scsi1", "exfat-512"],
    ]) {
      const saved = await inspector.save(disk);
      assert.deepEqual([saved.failure, saved.sha256], [null, imageSum(image)]);
    }
  },
});
