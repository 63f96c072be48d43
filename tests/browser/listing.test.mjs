// A folder of backups, or many that are chosen together: a list of them, checked one after
// the other.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { folder, makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inChromium, inEachBrowser } from "./support/suite.mjs";

const dump = join(folder, "dump");
mkdirSync(dump);

/** Seconds since 1970 of a day in May 2024, at noon of UTC. */
const noon = (day) => Date.UTC(2024, 4, day, 12) / 1000;
const nameOf = (vmid, day) =>
  `vzdump-qemu-${vmid}-2024_05_${String(day).padStart(2, "0")}-12_00_00`;

/** A backup in the folder; what `change` makes of its bytes. */
function backup(vmid, day, conf, change = (bytes) => bytes, ending = ".vma") {
  const config = makeFile(`${vmid}-${day}.conf`, conf);
  const made = makeArchive(
    `${vmid}-${day}.tmp`,
    ...["--disk", "drive-scsi0:3M:dense:8", "--ctime", String(noon(day))],
    ...["--config", `qemu-server.conf=${config}`],
  );
  const path = join(dump, `${nameOf(vmid, day)}${ending}`);
  renameSync(made.path, path);
  writeFileSync(path, change(readFileSync(path)));
  return path;
}

const confOf = (vmid) => qemuServerConf("drive-scsi0").replace("vm-100-", `vm-${vmid}-`);
const plain = confOf(112);
const leaving = `${confOf(113)}scsi2: ceph:vm-113-disk-2,backup=0,size=2T\n`;
const zstd = (bytes) => execFileSync("zstd", ["-q", "-c"], { input: bytes, maxBuffer: 1 << 26 });
const oldest = backup(112, 1, plain);
const sound = backup(112, 2, plain, zstd, ".vma.zst");
const cut = backup(112, 3, plain, (bytes) => bytes.subarray(0, bytes.length / 2));
const without = backup(113, 4, leaving.replace("web-1", "mail"));
const foreign = join(dump, `${nameOf(114, 5)}.vma.zst`);
writeFileSync(foreign, Buffer.alloc(20_000, 7));
const notes = `${sound}.notes`;
writeFileSync(notes, "before the upgrade\n");
const mark = `${sound}.protected`;
writeFileSync(mark, "");
const log = join(dump, `${nameOf(113, 4)}.log`);
writeFileSync(
  log,
  "2024-05-04 12:00:00 INFO: exclude disk 'scsi2' 'ceph:vm-113-disk-2' (backup=no)\n",
);
const all = [oldest, sound, cut, without, foreign, notes, mark, log];

/** The cells of each row, from the top. */
const rowsOf = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("#backups tbody tr")].map((row) =>
      [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, " ").trim()),
    ),
  );

async function isChecked({ page }, count) {
  await page.waitFor(
    (count) => document.querySelector("#backups").innerText.includes(`checked: ${count} of 5`),
    count,
  );
}

async function assertChecked(inspector) {
  const rows = await rowsOf(inspector.page);
  const verdicts = rows.map(([machine, , , verdict]) => [machine.split(" vzdump")[0], verdict]);
  assert.deepEqual(
    verdicts.map(([machine]) => machine),
    [`${nameOf(114, 5)}.vma.zst`, "mail · VM 113", ...Array(3).fill("web-1 · VM 112")],
  );
  const [[, not], [, partly], [, damaged], [, newest], [, older]] = verdicts;
  assert.match(not, /not a VMA backup/);
  assert.match(partly, /^Newest one, with a remark ! ?Can be restored, without scsi2/);
  assert.match(damaged, /^✕ ?This backup is damaged/);
  assert.match(newest, /^Newest sound one ✓ ?Can be restored$/);
  assert.match(older, /^✓ ?Can be restored$/);
  assert.match(rows[3][4], /before the upgrade.*Protected/);
  assert.match(rows[1][4], /scsi2 left out \(backup=no\)/);
}

inEachBrowser("Many backups", {
  async "are a list, checked one after the other, the newest sound one marked"(inspector) {
    await inspector.page.choose(all);
    await inspector.shows("5 backups", "#backups");
    await inspector.shows("mail · VM 113", "#backups");
    await inspector.shows("before the upgrade", "#backups");
    assert.doesNotMatch(await inspector.page.text("#backups"), /Can be restored|Newest/);
    await inspector.page.click("button", "Check all, one after the other");
    await isChecked(inspector, 5);
    await assertChecked(inspector);
    inspector.server.takeRequests();
  },

  async "are opened from the list, and Back leads to it again"(inspector) {
    const { page } = inspector;
    await page.choose(all);
    await inspector.shows("mail · VM 113", "#backups");
    await inspector.clickIn("#backups", /^mail/);
    await inspector.shows("Can be restored, without scsi2", "#scan");
    assert.equal(await page.evaluate(() => document.querySelector("#backups").hidden), true);
    await page.evaluate(() => history.back());
    await inspector.shows("mail · VM 113", "#backups");
    assert.equal(await page.evaluate(() => document.querySelector("#head").hidden), true);
    // What the page said of the one that was open is known to the list.
    await inspector.shows("Can be restored, without scsi2", "#backups");
    await inspector.clickIn("#backups", /^mail/);
    await inspector.shows("Scan again", "#scan");
    await page.click("button", "Back to the list");
    await inspector.shows("mail · VM 113", "#backups");
    await page.click("button", "Close the list");
    await inspector.shows("Open a backup", "#opener");
  },

  async "that are one with its notes and log are that one"(inspector) {
    await inspector.page.choose([sound, notes, mark]);
    await inspector.shows("Can be restored", "#scan");
    assert.equal(
      await inspector.page.evaluate(() => document.querySelector("#backups").hidden),
      true,
    );
  },
});

inChromium("A folder of backups", {
  async "is dropped as it is"(inspector) {
    await inspector.page.drop(dump);
    await inspector.shows("5 backups in dump", "#backups");
    await inspector.page.click("button", "Check all, one after the other");
    await isChecked(inspector, 5);
    await assertChecked(inspector);
  },

  async "in which there is none is told so"(inspector) {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    await inspector.page.drop(empty);
    await inspector.shows("There is no backup in this folder", "#failure");
  },
});

/** Scans do not reach the Worker until they are let; and a picker gives a folder of the page's own. */
function heldWithPicker() {
  const { postMessage } = Worker.prototype;
  Object.assign(globalThis, { isHeld: true, asked: 0 });
  Worker.prototype.postMessage = function (message, ...others) {
    if (message.kind === "scan") globalThis.asked += 1;
    if (message.kind !== "scan" || !globalThis.isHeld) postMessage.call(this, message, ...others);
  };
  globalThis.showDirectoryPicker = async () =>
    (await navigator.storage.getDirectory()).getDirectoryHandle("dump", { create: true });
}

/** Puts files into the folder that the picker gives. */
async function fillPicked(page, paths) {
  for (const path of paths) {
    await page.evaluate(
      async ({ name, base64 }) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const handle = await (
          await globalThis.showDirectoryPicker()
        ).getFileHandle(name, { create: true });
        const writable = await handle.createWritable();
        await writable.write(bytes);
        await writable.close();
      },
      { name: basename(path), base64: readFileSync(path).toString("base64") },
    );
  }
}

inChromium(
  "A folder that is picked",
  {
    async "is listed, and a check of it that is stopped leaves nothing checked"(inspector) {
      const { page } = inspector;
      await fillPicked(page, [oldest, without, log]);
      await page.click("button", "Choose a folder…");
      await inspector.shows("2 backups in dump", "#backups");
      await inspector.shows("scsi2 left out (backup=no)", "#backups");
      await page.click("button", "Check all, one after the other");
      await page.waitFor(() => globalThis.asked === 1);
      await inspector.clickIn("#backups", /^Stop/);
      await inspector.shows("Check all, one after the other", "#backups");
      assert.doesNotMatch(await page.text("#backups"), /Can be restored|Newest|✓/);
      assert.equal(await page.evaluate(() => globalThis.asked), 1, "no other was begun");
      await page.evaluate(() => Object.assign(globalThis, { isHeld: false }));
      await page.click("button", "Check all, one after the other");
      await inspector.shows("checked: 2 of 2", "#backups");
      await inspector.shows("Newest sound one", "#backups");
    },
  },
  heldWithPicker,
);
