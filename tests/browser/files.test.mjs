// The files of a disk as a person looks at them: in file systems that others made of a tree
// of files, plain, packed and with a part lost. What is expected is that tree.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  archive,
  CHANGED_AT,
  FILES,
  hit,
  holed,
  kept,
  MANY,
  packed,
  TURNED,
} from "./support/disk-of-files.mjs";
import { click, enter, listed, names } from "./support/list-of-files.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Opens a backup, and the files of its largest file system. */
async function look(inspector, path) {
  await inspector.openArchive(path);
  await inspector.clickIn("#tabs", /^Files$/);
  await listed(inspector, ["etc", "srv"]);
}

const shows = (inspector, text) => inspector.shows(text, ".files-preview");
const focused = ({ page }) =>
  page.evaluate(() => document.querySelector("[data-at] .files-words > :first-child")?.textContent);

/** Waits until the row of this name has the focus. */
async function at({ page }, name) {
  await page.waitFor(
    (name) => document.querySelector("[data-at] .files-words > :first-child")?.textContent === name,
    name,
  );
}

/** Types letters into the list, one at once behind the other. */
const type = ({ page }, letters) =>
  page.evaluate((letters) => {
    const list = document.querySelector(".files-scroller");
    for (const key of letters) list.dispatchEvent(new KeyboardEvent("keydown", { key }));
  }, letters);

/** Searches for letters. */
async function find({ page }, letters) {
  await page.evaluate((letters) => {
    const field = document.querySelector("#files-find");
    field.focus();
    field.value = letters;
  }, letters);
  await page.press("Enter");
}

inEachBrowser("Files", {
  async "are listed as they are in the tree, with what is known of each"(inspector) {
    await look(inspector, archive.path);
    await listed(inspector, ["empty", "etc", "many", "srv", "link", "lost+found"]);
    await inspector.shows("link → srv/data.bin", ".files-list");
    await enter(inspector, "srv");
    await listed(inspector, ["data.bin", "picture.png"]);
    // What would turn letters round is shown, and turns none.
    const shown = await names(inspector);
    assert.ok(shown.includes(TURNED.replace("\u202e", "U+202E")), shown.join(" "));
    await click(inspector, "data.bin");
    const { length } = FILES["srv/data.bin"];
    await shows(inspector, `${length.toLocaleString("en")} bytes`);
    const changed = String(
      execFileSync("date", ["-u", "-d", `@${CHANGED_AT}`, "+%Y-%m-%d %H:%M:%S UTC"]),
    ).trim();
    await shows(inspector, changed);
    await shows(inspector, /Mode\s+0644 -rw-r--r--/);
    // What is in a closed choice has no text that is seen.
    const kinds = await inspector.page.evaluate(
      () => document.querySelector("#files-volume").textContent,
    );
    assert.match(kinds, /swap/);
    await inspector.clickIn("#files", /not read here/);
    await inspector.shows("Swap. It holds no files.", "#files");
  },

  async "are shown as texts in their encodings, as a picture, and as bytes"(inspector) {
    await look(inspector, archive.path);
    await enter(inspector, "etc");
    await click(inspector, "fstab");
    await shows(inspector, "# Größe");
    await click(inspector, "wide.txt");
    await shows(inspector, "žluťoučký");
    await click(inspector, "price.txt");
    await shows(inspector, "5 €");
    await inspector.page.evaluate(() => history.back());
    await enter(inspector, "srv");
    await click(inspector, "picture.png");
    const [, width, height] = /(\d+) x (\d+)/.exec(
      String(execFileSync("file", ["-"], { input: FILES["srv/picture.png"] })),
    );
    const points = (number) => Number(number).toLocaleString("en");
    await shows(inspector, `Picture of ${points(width)} × ${points(height)} points`);
    const drawn = await inspector.page.evaluate(() => {
      const { width, height } = document.querySelector(".files-picture canvas");
      return [width, height];
    });
    assert.deepEqual(drawn, [Number(width), Number(height)]);
    await click(inspector, "data.bin");
    await shows(inspector, "The first 4 KiB of it");
    const first = FILES["srv/data.bin"].subarray(0, 16).toString("hex").match(/../g).join(" ");
    await shows(inspector, `00000000  ${first}`);
  },

  async "are saved byte for byte, one as it is and several in a tar"(inspector) {
    await look(inspector, archive.path);
    await enter(inspector, "srv");
    await click(inspector, "data.bin");
    await shows(inspector, "The first 4 KiB of it");
    const one = await inspector.page.download(() => inspector.clickIn(".files-preview", /^Save$/));
    assert.equal(one.failure, null);
    assert.equal(one.sha256, sha256(FILES["srv/data.bin"]));
    await click(inspector, "a", "input");
    await click(inspector, "picture.png", "input");
    const tar = await inspector.page.download(() =>
      inspector.clickIn(".files-choice", /^Save as tar$/),
    );
    assert.equal(tar.failure, null);
    for (const path of ["a/b/needle.txt", "picture.png"]) {
      const bytes = execFileSync("tar", ["-xOf", tar.path, path], { maxBuffer: 1 << 28 });
      assert.equal(sha256(bytes), sha256(FILES[`srv/${path}`]), path);
    }
  },

  async "of a large folder are all there, of which few are in the document"(inspector) {
    const { page } = inspector;
    await look(inspector, archive.path);
    await enter(inspector, "many");
    await inspector.shows(`${MANY.toLocaleString("en")} entries.`, ".files-foot");
    const count = (await names(inspector)).length;
    assert.ok(count > 5 && count < 60, `${count} rows`);
    await page.evaluate(() => document.querySelector(".files-scroller").focus());
    await page.press("End");
    await at(inspector, `n${MANY - 1}`);
    await page.press("ArrowUp");
    await at(inspector, `n${MANY - 2}`);
    await page.press("Home");
    await at(inspector, "n0");
    await type(inspector, "n17");
    await at(inspector, "n17");
    const rows = await page.evaluate(() => {
      const grid = document.querySelector(".files-scroller");
      const row = document.getElementById(grid.getAttribute("aria-activedescendant"));
      return [grid.getAttribute("aria-rowcount"), row.getAttribute("aria-rowindex")];
    });
    // The heads of the columns are the first row.
    assert.deepEqual(rows, [String(MANY + 1), String(17 + 2)]);
    await page.press("Backspace");
    await at(inspector, "many");
  },

  async "are come to by keys and left by the way back, and no name is in the address"(inspector) {
    const { page } = inspector;
    await look(inspector, archive.path);
    await page.evaluate(() => document.querySelector(".files-scroller").focus());
    await page.press("s");
    await at(inspector, "srv");
    await page.press("Enter");
    await inspector.shows(/srv$/, ".files-path");
    await enter(inspector, "a", "b");
    await listed(inspector, ["needle.txt"]);
    assert.equal(await page.evaluate(() => location.hash), "#part=files");
    await page.evaluate(() => history.back());
    await inspector.shows(/a$/, ".files-path");
    await at(inspector, "b");
    await page.evaluate(() => history.back());
    await page.evaluate(() => history.forward());
    await inspector.shows(/a$/, ".files-path");
    await inspector.clickIn(".files-path", /^Root$/);
    await listed(inspector, ["etc"]);
  },

  async "are found below a folder, and a hit leads to where it is"(inspector) {
    await look(inspector, archive.path);
    await find(inspector, "NEEDLE");
    await inspector.shows("1 found.", ".files-says");
    await listed(inspector, ["needle.txt"]);
    await click(inspector, "needle.txt");
    await inspector.shows(/srv\s*a\s*b$/, ".files-path");
    await at(inspector, "needle.txt");
    await shows(inspector, "found");
    await find(inspector, "no such name");
    await inspector.shows("No name here or below has these letters in it.", ".files-list");
  },

  async "of another file system are chosen, and hidden ones are shown if that is wanted"(
    inspector,
  ) {
    const { page } = inspector;
    await look(inspector, archive.path);
    await page.waitFor(() => {
      const list = document.querySelector("#files-volume");
      const fat = [...list.options].find(({ text }) => text.includes("FAT12"));
      if (fat && list.value !== fat.value) {
        list.value = fat.value;
        list.dispatchEvent(new Event("change", { bubbles: true }));
      }
      return fat;
    });
    await listed(inspector, ["readme.txt"]);
    assert.equal(await page.evaluate(() => location.hash), "#part=files&disk=scsi0&volume=1");
    assert.ok(!(await names(inspector)).includes("secret.txt"));
    await inspector.shows("1 hidden.", ".files-foot");
    await inspector.clickIn(".files-foot", /Show hidden/);
    await listed(inspector, ["secret.txt"]);
    await click(inspector, "readme.txt");
    await shows(inspector, "zone is not known");
    await page.evaluate(() => history.back());
    await listed(inspector, ["etc"]);
  },

  async "are come to from the line of their disk, and in a packed backup"(inspector) {
    await inspector.openArchive(packed);
    await inspector.clickIn('.disk[data-disk="drive-scsi0"]', /^Files$/);
    await listed(inspector, ["etc", "srv"]);
    await enter(inspector, "etc");
    await click(inspector, "fstab");
    await shows(inspector, "UUID=1 / ext4");
  },

  async "that are hit are listed with their paths, as debugfs says, and counted with the damage"(
    inspector,
  ) {
    const { page } = inspector;
    await look(inspector, holed.path);
    await inspector.clickIn(".files-hits", /^Files that are hit$/);
    await inspector.shows(/\d+ (file or folder is|files and folders are) hit\./, ".files-hits");
    await listed(inspector, ["data.bin"]);
    const rows = await page.evaluate(() =>
      [...document.querySelectorAll(".files-rows .files-row")].map((row) => row.innerText),
    );
    assert.equal(rows.length, hit.size, rows.join("\n"));
    for (const path of hit.keys()) {
      const name = path.split("/").at(-1);
      assert.ok(
        rows.some((row) => row.includes(name) && row.includes("lost")),
        path,
      );
    }
    const saved = await page.download(() => inspector.clickIn(".files-hits", /^Save as text$/));
    const lines = readFileSync(saved.path, "utf8").split("\n");
    for (const [path, bytes] of hit) {
      const line = lines.find((each) => each.startsWith(`${path}\t`));
      assert.ok(
        line?.includes(`${(bytes / 1024).toLocaleString("en")} KiB lost`),
        `${path} ${line}`,
      );
    }
    await click(inspector, "data.bin");
    await inspector.shows(/srv$/, ".files-path");
    await at(inspector, "data.bin");
    await inspector.clickIn("#tabs", /^Damage/);
    await inspector.shows(new RegExp(`^${hit.size} (is|are) hit$`, "m"), "#damage");
    await inspector.clickIn("#damage", /^Files that are hit in ext4/);
    await inspector.shows(/hit\./, ".files-hits");
    await inspector.clickIn(".files-hits", /^Back to the folders$/);
    await listed(inspector, ["etc", "srv"]);
  },

  async "that are lost in part are told as that, and nothing is filled in"(inspector) {
    await look(inspector, holed.path);
    await inspector.shows("Parts of this disk are lost or in doubt.", ".files-banner");
    await enter(inspector, "srv");
    await click(inspector, "picture.png");
    await shows(inspector, "Picture of");
    await click(inspector, "data.bin");
    await shows(inspector, "bytes that this backup does not have");
    // What is shown are the bytes before, and all of them are those of the tree.
    await inspector.page.waitFor((kept) => {
      const list = document.querySelector("#files-form");
      list.value = "bytes";
      list.dispatchEvent(new Event("change"));
      return kept >= 0 && document.querySelector(".files-text[data-form=bytes]");
    }, kept);
    const shown = await inspector.page.text(".files-text");
    const digits = [...shown.matchAll(/^[0-9a-f]{8} {2}((?:[0-9a-f]{2} ?){1,16})/gm)].map(
      ([, row]) => row.trim(),
    );
    const bytes = Buffer.from(digits.join("").replaceAll(" ", ""), "hex");
    assert.ok(bytes.length > 0 && bytes.length <= Math.max(kept, 4096), `${bytes.length} bytes`);
    assert.ok(FILES["srv/data.bin"].subarray(0, bytes.length).equals(bytes));
    assert.equal(await focused(inspector), "data.bin");
  },
});
