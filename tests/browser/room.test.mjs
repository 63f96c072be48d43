// Whether there is room for a file is known before it is begun, and told where the person is.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { makeArchive, makeFile } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

/** A large disk with little in it, in what is unpacked from front to back. */
const wide = makeArchive(
  "wide.tmp",
  ...["--disk", "drive-scsi0:1G:zero:36", "--disk", "drive-scsi1:1M:dense:37"],
);
const wideZst = makeFile(
  "vzdump-qemu-109-2024_05_06-07_08_09.vma.zst",
  execFileSync("zstd", ["-q", "-c", wide.path], { maxBuffer: 1 << 28 }),
);

/** No Service Worker and no pickers, and a storage that gives 512 MiB, of which some is spare. */
function withLittleRoom() {
  Object.defineProperty(Navigator.prototype, "serviceWorker", { get: () => undefined });
  delete globalThis.showSaveFilePicker;
  delete globalThis.showDirectoryPicker;
  if (!globalThis.StorageManager) return;
  const estimate = async () => ({ quota: 2 ** 29, usage: 0 });
  Object.defineProperty(StorageManager.prototype, "estimate", { value: estimate });
}

/** Names in the folder of files that are made in the browser. */
const staged = (page) =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const names = [];
    for await (const name of root.keys()) names.push(name);
    return names.filter((name) => name === "staged");
  });

inEachBrowser(
  "Where there is no room for a file",
  {
    async "it is told before anything is written, how much is lacking, and what helps"(inspector) {
      await inspector.openArchive(wideZst);
      await inspector.clickInCard("drive-scsi0", "^Save$");
      await inspector.shows("no room for this file", "#saves");
      await inspector.shows(/The file takes (at most )?1 GiB\./, "#saves");
      await inspector.shows("gives the page 256 MiB more", "#saves");
      await inspector.shows("Make room for 768 MiB more", "#saves");
      await inspector.shows("Nothing was written.", "#saves");
      assert.deepEqual(await staged(inspector.page), []);
      assert.equal(inspector.page.downloadsCompleted, 0);
      // A disk that fits is not held up by it.
      const saved = await inspector.save("drive-scsi1");
      const { sha256 } = wide.disks.find(({ name }) => name === "drive-scsi1");
      assert.deepEqual([saved.failure, saved.sha256], [null, sha256]);
    },
  },
  withLittleRoom,
);
