// What a browser reads of the page to install it.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { page } from "../../www/build/build.mjs";
import { ICONS, MANIFEST } from "../../www/build/manifest.mjs";

const manifest = JSON.parse(readFileSync(join(page, MANIFEST), "utf8"));
const sentences = JSON.parse(
  readFileSync(new URL("../../www/words/en.json", import.meta.url), "utf8"),
);

/** Stands in for whatever address the page lies at. */
const BASE = "https://example.org/any/path/";
const within = (address) => new URL(address, BASE + MANIFEST).href;

test("it works from any path: every address in it is told from its own", () => {
  for (const name of ["id", "start_url", "scope"]) assert.equal(within(manifest[name]), BASE, name);
  for (const { action } of manifest.file_handlers) assert.equal(within(action), BASE);
});

test("the system may open with it what Proxmox names a backup, and nothing else", () => {
  const endings = manifest.file_handlers.flatMap(({ accept }) => Object.values(accept).flat());
  assert.deepEqual(endings.sort(), [".bz2", ".gz", ".lzo", ".vma", ".zst"]);
  // The sentence on the page names the same: ".vma, .vma.zst, .lzo, .gz, .bz2".
  for (const ending of endings) assert.ok(sentences["opener.hint"].includes(ending), ending);
});

test("several files are the parts of one, and what is open elsewhere stays", () => {
  assert.deepEqual(
    manifest.file_handlers.map((each) => each.launch_type),
    ["single-client"],
  );
  assert.deepEqual(manifest.launch_handler, { client_mode: "navigate-new" });
});

test("its icons are there, in the sizes that it says", () => {
  assert.deepEqual(
    manifest.icons.map(({ src }) => src),
    ICONS,
  );
  const pictures = manifest.icons.filter(({ type }) => type === "image/png");
  for (const { src, sizes } of pictures) {
    const png = readFileSync(join(page, src));
    // PNG, 5.2 and 11.2.2: the signature, then IHDR with width and height.
    assert.equal(png.toString("latin1", 1, 4), "PNG");
    assert.equal(png.toString("latin1", 12, 16), "IHDR");
    assert.equal(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, sizes);
  }
  // Chromium wants one of at least 144 pixels, and systems draw at most 512.
  assert.deepEqual(
    pictures.map(({ sizes }) => sizes),
    ["192x192", "512x512"],
  );
  assert.deepEqual(manifest.icons[0], { src: "icon.svg", type: "image/svg+xml", sizes: "any" });
  for (const { src } of manifest.icons) assert.ok(existsSync(join(page, src)), src);
});

test("its words are those of the page", () => {
  assert.deepEqual(
    [manifest.name, manifest.description],
    [sentences["page.name"], sentences["page.description"]],
  );
});
