// What was deleted of a file system is listed by itself, and nothing of it can be saved.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder, makeArchive } from "./support/archives.mjs";
import { click, listed, names } from "./support/list-of-files.mjs";
import { inEachBrowser } from "./support/suite.mjs";

/** A FAT16 by mkfs.fat, filled and emptied by mtools. */
const disk = join(folder, "deleted.raw");
const source = join(folder, "deleted");
mkdirSync(join(source, "docs"), { recursive: true });
writeFileSync(join(source, "kept.txt"), "kept");
writeFileSync(join(source, "SHORT.TXT"), "12345");
writeFileSync(join(source, "docs", "the report of last year.text"), "gone");
const make = `truncate -s 20M "$F" && mkfs.fat -F 16 "$F"
mcopy -s -i "$F" "$S"/* ::/
mdel -i "$F" ::/SHORT.TXT '::/docs/the report of last year.text'`;
execFileSync("sh", ["-ec", make], {
  env: { PATH: "/usr/sbin:/sbin:/usr/bin:/bin", F: disk, S: source, MTOOLS_SKIP_CHECK: "1" },
  stdio: "ignore",
});
const { path } = makeArchive("deleted.vma", "--disk-from", `drive-scsi0=${disk}`);
const ext4 = join(folder, "none.raw");
execFileSync("sh", ["-ec", 'truncate -s 8M "$F" && mkfs.ext4 -q -F "$F"'], {
  env: { PATH: "/usr/sbin:/sbin:/usr/bin:/bin", F: ext4 },
});
const none = makeArchive("none.vma", "--disk-from", `drive-scsi0=${ext4}`);

const LOOK = /^(Deleted files|Gelöschte Dateien)$/;

inEachBrowser("What was deleted", {
  async "is listed with the folder that it was in, and cannot be chosen"(inspector) {
    await inspector.openArchive(path);
    await inspector.clickIn("#tabs", /^Files$/);
    await listed(inspector, ["docs", "kept.txt"]);
    assert.deepEqual((await names(inspector)).sort(), ["docs", "kept.txt"]);
    await inspector.clickIn(".files-all", LOOK);
    await listed(inspector, ["?HORT.TXT", "the report of last year.text"]);
    await inspector.shows("2 deleted things are still told of.", ".files-all");
    const rows = await inspector.page.evaluate(() =>
      [...document.querySelectorAll(".files-rows .files-row")].map((row) => [
        row.innerText.includes("docs"),
        row.querySelector("input").disabled,
      ]),
    );
    assert.deepEqual(
      rows.map(([, isDisabled]) => isDisabled),
      [true, true],
    );
    assert.deepEqual(rows.map(([isInFolder]) => isInFolder).sort(), [false, true]);
  },

  async "says what is known of it, and has nothing to save"(inspector) {
    await inspector.openArchive(path);
    await inspector.clickIn("#tabs", /^Files$/);
    await listed(inspector, ["kept.txt"]);
    await inspector.clickIn(".files-all", LOOK);
    await listed(inspector, ["?HORT.TXT"]);
    await click(inspector, "?HORT.TXT");
    await inspector.shows("It was deleted.", ".files-preview");
    await inspector.shows("first letter of its name", ".files-preview");
    await inspector.shows("5 bytes", ".files-preview");
    const buttons = await inspector.page.evaluate(() =>
      [...document.querySelectorAll(".files-preview button")]
        .filter((button) => button.checkVisibility())
        .map((button) => button.textContent),
    );
    assert.deepEqual(buttons, []);
    await inspector.clickIn(".files-all", /^Back to the folders$/);
    await listed(inspector, ["docs", "kept.txt"]);
  },

  async "is said no more once something else is looked for"(inspector) {
    await inspector.openArchive(path);
    await inspector.clickIn("#tabs", /^Files$/);
    await listed(inspector, ["kept.txt"]);
    await inspector.clickIn(".files-all", LOOK);
    await inspector.shows("2 deleted things are still told of.", ".files-all");
    await inspector.page.evaluate(() => {
      const field = document.querySelector("#files-find");
      field.value = "kept";
      field.form.requestSubmit();
    });
    await inspector.shows("1 found.", ".files-all");
    assert.deepEqual(await names(inspector), ["kept.txt"]);
    assert.doesNotMatch(await inspector.page.text(".files-all"), /deleted thing/);
  },

  async "is not offered where the file system does not tell of it"(inspector) {
    await inspector.openArchive(none.path);
    await inspector.clickIn("#tabs", /^Files$/);
    await listed(inspector, ["lost+found"]);
    const isOffered = await inspector.page.evaluate(() =>
      [...document.querySelectorAll(".files-all button")].some(
        (button) => button.textContent === "Deleted files" && button.checkVisibility(),
      ),
    );
    assert.equal(isOffered, false);
  },
});
