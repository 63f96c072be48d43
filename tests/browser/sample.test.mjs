// The backup to try the page with comes with the page, also where there is no network.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../www/build/tools.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const truth = JSON.parse(readFileSync(join(root, "tests/fixtures/truth.json"), "utf8"));

inEachBrowser("The sample", {
  async "is opened by a click, says that it is one, and its disk comes out"(inspector) {
    await inspector.page.click("button", "Try it with a sample backup");
    await inspector.shows("sample.vma.zst", "#place");
    await inspector.shows("Scan again", "#scan");
    await inspector.shows("ext4", "#devices");
    assert.doesNotMatch(await inspector.page.text("#scan"), /damaged|lost/);
    const [disk] = truth["f1-gpt-ext4.vma"].devices;
    const saved = await inspector.save(disk.name);
    assert.deepEqual([saved.failure, saved.sha256], [null, disk.sha256]);
  },
});
