// A file that has changed since it was scanned, its size and time the same: as rot
// leaves it, or a program that puts the time back. What a kept scan says of it is
// said as of then, nothing is green, and nothing wrong is handed out.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { placesIn } from "../../www/worker/kept-scans.js";
import { makeArchive, makeFile } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const REMEMBERED = "This browser remembers the scan of then";
const CHANGED = "This file is not what it was when it was scanned";
const TIME = new Date("2026-05-04T03:02:01Z");

function dated(path, bytes) {
  writeFileSync(path, bytes);
  utimesSync(path, TIME, TIME);
}

/** Whether the page does not look there when it asks for a kept scan. */
function unseenIn(path) {
  const { size } = statSync(path);
  const facts = JSON.stringify([basename(path), size, TIME.getTime()]);
  const seen = placesIn(size, createHash("sha256").update(facts).digest());
  const isInside = (at) => at > 2 ** 20 && at < size - 2 ** 20 - 512;
  return (at) => isInside(at) && seen.every((place) => at + 512 <= place || at >= place + 4096);
}

/** The first of some numbers that is unseen. */
function unseenPlace(path, places) {
  const isUnseen = unseenIn(path);
  for (const at of places) if (isUnseen(at)) return at;
  throw new Error("every place is seen");
}

function* upFrom(start) {
  for (let at = start; ; at += 1) yield at;
}

/** Where extent headers of an archive start. */
function* headersIn(bytes) {
  for (let at = bytes.indexOf("VMAE"); at >= 0; at = bytes.indexOf("VMAE", at + 512)) yield at;
}

/** Exchanges two clusters in a header, so that it is as sound as it was. */
function exchangeClusters(bytes, header) {
  const [one, other] = [header + 0x28, header + 0x30];
  const slot = Buffer.from(bytes.subarray(one, one + 8));
  bytes.copyWithin(one, other, other + 8);
  slot.copy(bytes, other);
  const sum = bytes.subarray(header + 0x18, header + 0x28).fill(0);
  createHash("md5")
    .update(bytes.subarray(header, header + 512))
    .digest()
    .copy(sum);
}

async function visit(inspector, path) {
  await inspector.page.open();
  await inspector.openArchive(path);
}

/** What the page shows in green, but for the header, which is read again. */
function greens() {
  const shown = document.querySelectorAll("[data-tone=good]");
  return [...shown]
    .filter((element) => element.checkVisibility() && !element.closest("#archive"))
    .map((element) => (element.closest("tr") ?? element).innerText)
    .filter((words) => !words.includes("The archive's header"));
}

async function assertRemembered(inspector) {
  await inspector.shows(REMEMBERED, "#scan");
  await inspector.shows("accepted then", "#proxmox");
  assert.deepEqual(await inspector.page.evaluate(greens), []);
  const words = await inspector.page.evaluate(() => document.body.innerText);
  for (const present of ["backup is sound", "Can be restored", "would accept", "nothing missing"]) {
    assert.ok(!words.includes(present), present);
  }
}

inEachBrowser("A file that has changed since it was scanned", {
  async "a compressed one, by a bit, is told at the first save"(inspector) {
    const made = makeArchive("rot.vma", "--disk", "drive-scsi0:16M:mixed:77");
    const input = readFileSync(made.path);
    const packed = execFileSync("zstd", ["-q", "-c"], { input, maxBuffer: 1 << 28 });
    const path = makeFile("rot.vma.zst", packed);
    dated(path, packed);
    await visit(inspector, path);
    await inspector.shows("1 scan kept", "#kept");
    await visit(inspector, path);
    await assertRemembered(inspector);

    const rotten = Buffer.from(packed);
    rotten[unseenPlace(path, upFrom(Math.floor(packed.length / 2)))] ^= 1;
    dated(path, rotten);
    assert.throws(() => execFileSync("zstd", ["-tq", path], { stdio: "ignore" }));
    await visit(inspector, path);
    await assertRemembered(inspector);
    await inspector.clickInCard(made.disks[0].name, "^Save$");
    await inspector.shows(CHANGED, "#scan");
    await inspector.shows("Scan again", "#scan");
    const scan = await inspector.page.text("#scan");
    assert.match(scan, /damaged|does not agree/);
    // Counted anew by then, or soon after.
    await inspector.page.waitFor(
      () => !/scans? kept/.test(document.querySelector("#kept").innerText),
    );
  },

  async "a plain one, by clusters that changed places, gives no byte"(inspector) {
    const made = makeArchive("places.vma", "--disk", "drive-scsi0:40M:dense:78");
    const bytes = readFileSync(made.path);
    dated(made.path, bytes);
    await visit(inspector, made.path);
    await inspector.shows("1 scan kept", "#kept");

    exchangeClusters(bytes, unseenPlace(made.path, headersIn(bytes)));
    dated(made.path, bytes);
    await visit(inspector, made.path);
    await assertRemembered(inspector);
    const [disk] = made.disks;
    await inspector.clickInCard(disk.name, "^Save$");
    await inspector.shows(CHANGED, "#scan");
    // It was made without a configuration.
    await inspector.shows("Proxmox will refuse this backup", "#scan");
    assert.equal(inspector.page.downloadsCompleted, 0);
    const download = await inspector.save(disk.name);
    assert.equal(download.failure, null);
    assert.notEqual(download.sha256, disk.sha256);
  },
});
