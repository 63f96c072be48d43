// What people come for, counted: whether the machine can be had back is read without scrolling,
// its configuration and a disk are saved by one click. And whatever the answer is, it and eight
// disks are one screen.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { folder, makeArchive, makeFile, qemuServerConf, sha256 } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const DISKS = 8;
const WINDOW = { width: 1440, height: 900 };
const GIB = 1 << 30;
const QCOW2_MAGIC = Buffer.from("QFI\xfb", "latin1");

/** A disk with as many parts as a real one has, and files in one of them. */
const disk = join(folder, "parts.raw");
const make = `set -e; truncate -s 24M "$F"
sgdisk -n 1:0:+2M -t 1:ef00 -n 2:0:+12M -n 3:0:+4M -t 3:8200 -n 4:0:+1M -n 5:0:0 "$F"
mkfs.ext4 -q -F -L "the root of it" -E offset=3145728 "$F" 12M`;
execFileSync("sh", ["-c", make], {
  env: { PATH: "/usr/sbin:/sbin:/usr/bin:/bin", F: disk },
  stdio: "ignore",
});

const drives = (from, to) => Array.from({ length: to - from }, (_, at) => `drive-scsi${from + at}`);
const eight = drives(0, DISKS);
const sized = (names) => names.flatMap((name) => ["--disk-from", `${name}=${disk}`]);
const configOf = (name, text) => ["--config", `qemu-server.conf=${makeFile(name, text)}`];

const conf = `${qemuServerConf(...eight)}boot: order=scsi0\n`;
const sound = makeArchive(
  "vzdump-qemu-100-2024_05_06-07_08_09.vma",
  ...sized(eight),
  ...configOf("first-screen.conf", conf),
  ...["--ctime", "1714979289"],
);
const packed = makeFile(
  "vzdump-qemu-100-2024_05_06-07_08_09.vma.zst",
  execFileSync("zstd", ["-q", "-c", sound.path], { maxBuffer: 1 << 26 }),
);
const excluded = drives(4, DISKS).map((name) => name.replace("drive-", ""));
const remark = makeArchive(
  "remark.vma",
  ...sized(drives(0, 4)),
  ...configOf(
    "remark.conf",
    qemuServerConf(...drives(0, 4)) +
      excluded.map((key) => `${key}: ceph:vm-100-${key},backup=0,size=2T\n`).join(""),
  ),
);
const refused = makeArchive(
  "refused.vma",
  ...sized(drives(0, 6)),
  ...configOf("refused.conf", conf),
);
const damaged = makeArchive(
  "damaged.vma",
  ...sized(eight),
  ...configOf("damaged.conf", conf),
  ...eight.flatMap((_, at) => ["--leave-out", `${at + 1}:7`]),
);
const whole = readFileSync(sound.path);
const stump = makeFile("stump.vma", whole.subarray(0, 12_288));
const cut = makeFile("cut.vma", whole.subarray(0, Math.floor(whole.length / 2)));
const zst = readFileSync(packed);
const packedCut = makeFile("cut.vma.zst", zst.subarray(0, Math.floor(zst.length / 2)));
/** It goes on for hours. */
const long = join(folder, "long.vma");
copyFileSync(sound.path, long);
truncateSync(long, 500 * GIB);

/** What each is, and how the answer begins. */
const STATES = {
  "a sound one": [sound.path, /^.Can be restored/],
  "a sound one that is packed": [packed, /^.Can be restored/],
  "one without some disks": [remark.path, /^.Can be restored, without 4 disks/],
  "one that Proxmox refuses": [refused.path, /^.Proxmox will refuse this backup/],
  "a damaged one": [damaged.path, /^.This backup is damaged: 512 KiB of 8 disks are lost/],
  "one that is cut off": [cut, /^.This backup is damaged/],
  "one that is cut off and packed": [packedCut, /^.This backup is damaged/],
  "a stump": [stump, /^.This backup is unreadable: only the first 12 KiB/],
  "one of which the scan was stopped": [long, /^.The scan was stopped/],
};

/** Opens it, and waits until nothing more is to be told of it. */
async function opened(inspector, path) {
  const { page } = inspector;
  await page.choose(path);
  if (path === long) await inspector.clickIn("#scan", /^(Stop the scan|Scan anhalten)$/);
  // What is below the first screen may be drawn a frame before the answer is.
  await page.waitFor(
    (isStopped) =>
      document.querySelector("#scan [data-tone]") &&
      !/Stop the scan|Scan anhalten/.test(document.querySelector("#scan").innerText) &&
      (isStopped || document.querySelector("#tab-restore")?.checkVisibility()),
    path === long,
  );
}

/** The page, loaded anew in a language. */
async function speak({ page }, language) {
  await page.evaluate((language) => localStorage.setItem("language", language), language);
  await page.open();
  assert.equal(await page.evaluate(() => document.documentElement.lang), language);
}

/** Where the answer and the parts end, in a window that nobody has scrolled. */
function measured({ page }) {
  return page.evaluate(() => {
    const end = (id) => document.getElementById(id).getBoundingClientRect().bottom;
    const title = document.getElementById("scan-title");
    const range = document.createRange();
    range.selectNodeContents(title);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return {
      scrolled: scrollY,
      height: innerHeight,
      answer: title.textContent,
      isSeen: title.contains(seen) || seen === title,
      answerEnd: bottom,
      partsEnd: end("tabs"),
      isTooWide: [...document.querySelectorAll("main .button:not([hidden])")].some((button) => {
        const card = button.closest(".card, section")?.getBoundingClientRect();
        return card && button.getBoundingClientRect().right > card.right;
      }),
      lines: document.querySelectorAll(".disk").length,
    };
  });
}

inEachBrowser(
  "The first screen",
  {
    ...Object.fromEntries(
      Object.entries(STATES).map(([state, [path, answer]]) => [
        `of ${state} has its answer, its disks and what more there is`,
        async (inspector) => {
          for (const language of ["en", "de"]) {
            await speak(inspector, language);
            await opened(inspector, path);
            const lines = path === stump ? 0 : DISKS;
            const isDrawn = (count) => document.querySelectorAll(".disk").length === count;
            await inspector.page.waitFor(isDrawn, lines);
            const { scrolled, height, partsEnd, answerEnd, ...seen } = await measured(inspector);
            assert.equal(scrolled, 0);
            assert.equal(height, WINDOW.height);
            if (language === "en") assert.match(seen.answer, answer);
            assert.ok(seen.isSeen && answerEnd < height / 3, `the answer ends at ${answerEnd}`);
            assert.equal(seen.lines, lines);
            const what = `${language}: what more there is`;
            assert.ok(partsEnd <= height, `${what} ends at ${partsEnd}`);
            assert.equal(seen.isTooWide, false);
          }
        },
      ]),
    ),

    "saves the configuration by one click": async (inspector) => {
      await inspector.page.choose(sound.path);
      const isThere = () =>
        document.querySelector(".things > [data-kind=primary]")?.checkVisibility();
      await inspector.page.waitFor(isThere);
      const saved = await inspector.page.download(() =>
        inspector.page.click("button", "Save configuration"),
      );
      assert.equal(saved.failure, null);
      assert.match(saved.fileName, /qemu-server\.conf$/);
      assert.equal(readFileSync(saved.path, "utf8"), conf);
    },

    "saves a disk as qcow2 by one click": async (inspector) => {
      await opened(inspector, sound.path);
      const [, second] = sound.disks;
      const button = "Save scsi1 as qcow2";
      await inspector.page.waitFor(
        (label) => document.querySelector(`[aria-label="${label}"]:not([aria-disabled=true])`),
        button,
      );
      const saved = await inspector.page.download(() => inspector.page.click("button", button));
      assert.equal(saved.failure, null);
      assert.match(saved.fileName, /\.qcow2$/);
      assert.deepEqual(readFileSync(saved.path).subarray(0, 4), QCOW2_MAGIC);
      const raw = join(folder, "one-click.raw");
      execFileSync("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", saved.path, raw]);
      assert.equal(await sha256(raw), second.sha256);
    },
  },
  undefined,
  { viewport: WINDOW },
);

/** A row of buttons, the parts and the strip, with what is between them. */
const LINE = 60;

inEachBrowser(
  "The list of disks in a window of 1000 pixels",
  Object.fromEntries(
    ["a sound one", "a damaged one"].map((state) => [
      `of ${state} has a line of text for each disk`,
      async (inspector) => {
        for (const language of ["en", "de"]) {
          await speak(inspector, language);
          // The second time from what was kept of its scan, if nothing was wrong.
          await opened(inspector, STATES[state][0]);
          const isTold = (count) =>
            document.querySelectorAll(".disk .badge").length === count &&
            document.querySelectorAll(".disk .strip-part").length > count;
          await inspector.page.waitFor(isTold, DISKS);
          const heights = await inspector.page.evaluate(() =>
            [...document.querySelectorAll(".disk")].map((line) => line.offsetHeight),
          );
          assert.ok(Math.max(...heights) <= LINE, `${language}: ${heights}`);
          const isTooWide = () => document.documentElement.scrollWidth > innerWidth;
          assert.equal(await inspector.page.evaluate(isTooWide), false);
        }
      },
    ]),
  ),
  undefined,
  { viewport: { width: 1000, height: 900 } },
);
