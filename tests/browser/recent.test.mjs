// The files that were opened last: remembered only if a person wants it, with what was found
// of them then, and opened again where the browser gives handles.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inChromium, inEachBrowser } from "./support/suite.mjs";

const conf = makeFile("recent.conf", qemuServerConf("drive-scsi0").replace("vm-100-", "vm-131-"));
const options = [
  "--ctime",
  "1714979289",
  "--disk",
  "drive-scsi0:512K:dense:8",
  "--config",
  `qemu-server.conf=${conf}`,
];
const sound = makeArchive("vzdump-qemu-131-2024_05_06-07_08_09.vma", ...options);
const holed = makeArchive("holed-recent.vma", ...options, "--leave-out", "1:3");

/** Waits until so many files are remembered with a verdict. */
const remembered = (page, wanted) =>
  page.waitFor(async (wanted) => {
    const result = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    // Opened by a test before the page made it, it would be an empty one.
    const isThere = (await indexedDB.databases()).some(
      ({ name }) => name === "vma-inspector-recent",
    );
    if (!isThere) return false;
    const database = await result(indexedDB.open("vma-inspector-recent"));
    const store = database.transaction("files").objectStore("files");
    const all = await result(store.getAll());
    database.close();
    return all.filter(({ verdict }) => verdict !== null).length === wanted;
  }, wanted);

const databases = (page) =>
  page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));

async function openedAndJudged(inspector, path, title) {
  await inspector.page.choose(path);
  await inspector.shows(path.split("/").at(-1), "#place");
  await inspector.shows(title, "#scan");
}

inEachBrowser(
  "Files that were opened",
  {
    async "are not remembered unless a person wants it"(inspector) {
      await openedAndJudged(inspector, sound.path, "Can be restored");
      await inspector.page.open();
      assert.deepEqual(await databases(inspector.page), []);
      assert.equal(await inspector.page.text("#recent"), "");
    },

    async "are listed with what was found of them then, and never in green"(inspector) {
      await inspector.clickIn("#kept", /^Remember the last files/);
      await openedAndJudged(inspector, sound.path, "Can be restored");
      await openedAndJudged(inspector, holed.path, "lost");
      await remembered(inspector.page, 2);
      await inspector.page.open();
      await inspector.shows(/vzdump-qemu-131-.*Sound on .*, not checked since/s, "#recent");
      await inspector.shows(/holed-recent\.vma.*Damaged on .*, not checked since/s, "#recent");
      const { greens, items } = await inspector.page.evaluate(() => ({
        greens: document.querySelectorAll('#recent [data-tone="good"]').length,
        items: [...document.querySelectorAll("#recent li")].map((each) => each.innerText),
      }));
      assert.equal(greens, 0);
      assert.equal(items.length, 2);
      assert.match(items[0], /holed-recent/, "the newest first");
      // Nobody can tell the browser where they are: their names remind of them.
      await inspector.shows("is a reminder", "#recent");
      // Where no scans are to be kept, no names are either.
      await inspector.clickIn("#kept", /^Remember finished scans/);
      await inspector.page.waitFor(() => document.querySelector("#recent").hidden);
      await inspector.page.waitFor(async () => (await indexedDB.databases()).length === 0);
      await inspector.page.open();
      assert.equal(await inspector.page.text("#recent"), "");
    },
  },
  undefined,
  { visit: "first" },
);

/** Lets the page pick the one file that a test has put into the browser's own storage. */
function withOpenPicker() {
  globalThis.showOpenFilePicker = async () => {
    const root = await navigator.storage.getDirectory();
    return [await root.getFileHandle("vzdump-qemu-132-2024_05_06-07_08_09.vma.zst")];
  };
}

const zst = execFileSync("zstd", ["-q", "-c", sound.path], { maxBuffer: 1 << 26 });
assert.ok(zst.length < readFileSync(sound.path).length);

inChromium(
  "A file of which there is a handle",
  {
    async "is opened again by its name, and told if it is not there"(inspector) {
      const { page } = inspector;
      await page.evaluate(async (base64) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const root = await navigator.storage.getDirectory();
        const name = "vzdump-qemu-132-2024_05_06-07_08_09.vma.zst";
        const file = await root.getFileHandle(name, { create: true });
        const writable = await file.createWritable();
        await writable.write(bytes);
        await writable.close();
      }, zst.toString("base64"));
      await inspector.clickIn("#kept", /^Remember the last files/);
      // The picker is theirs from the moment that they are there.
      await page.waitFor(async () =>
        (await indexedDB.databases()).some(({ name }) => name === "vma-inspector-recent"),
      );
      await page.evaluate(() => document.querySelector("#file-input").click());
      await inspector.shows("Can be restored", "#scan");
      await page.open();
      await inspector.clickIn("#recent", /vzdump-qemu-132/);
      await inspector.shows("vzdump-qemu-132", "#place");
      await inspector.shows("Sound on", "#scan");
      await page.open();
      await page.evaluate(async () => {
        const root = await navigator.storage.getDirectory();
        await root.removeEntry("vzdump-qemu-132-2024_05_06-07_08_09.vma.zst");
      });
      await inspector.clickIn("#recent", /vzdump-qemu-132/);
      await inspector.shows("The file can no longer be read", "#failure");
    },
  },
  withOpenPicker,
);
