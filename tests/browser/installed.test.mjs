// The page as something that is installed: that a browser would, and what becomes of files
// that the system opens with it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../www/build/tools.mjs";
import { makeArchive } from "./support/archives.mjs";
import { inEachBrowser, inWholeChromium } from "./support/suite.mjs";

inWholeChromium("Installing", {
  async "is offered: Chromium finds nothing wrong with the manifest"(inspector) {
    await inspector.shows("unplugged", "#own-policy");
    const session = await inspector.page.protocol();
    const { url, errors, data } = await session.send("Page.getAppManifest");
    assert.deepEqual([new URL(url).pathname, errors], ["/manifest.webmanifest", []]);
    assert.ok(data.includes("file_handlers"));
    const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
    // A page that a test has opened apart from others is held for one of a private window.
    assert.deepEqual(
      installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"),
      [],
    );
  },
});

inEachBrowser("The pictures of the icon", {
  async "show what the drawing does"(inspector) {
    const apart = await inspector.page.evaluate(async () => {
      const pixels = async (name, size) => {
        const picture = new Image(size, size);
        picture.src = name;
        await picture.decode();
        const canvas = new OffscreenCanvas(size, size).getContext("2d");
        canvas.drawImage(picture, 0, 0, size, size);
        return canvas.getImageData(0, 0, size, size).data;
      };
      const differences = async (size) => {
        const [drawn, kept] = await Promise.all([
          pixels("icon.svg", size),
          pixels(`icon-${size}.png`, size),
        ]);
        const each = drawn.map((value, at) => Math.abs(value - kept[at]));
        return each.filter((difference) => difference > 48).length / each.length;
      };
      return Promise.all([192, 512].map(differences));
    });
    // At its edges each browser draws in its own way.
    for (const share of apart) assert.ok(share < 0.01, `${apart}`);
  },
});

const archive = makeArchive("vzdump-qemu-100-2024_05_06-07_08_09.vma", "--disk", "d:3M:mixed:5");
const sample = join(root, "tests/fixtures/sample.vma.zst");

/** Stands in for the queue that only an installed page gets something from. */
const withQueue = () => {
  const setConsumer = (consumer) => {
    globalThis.launchHandles = (files) => consumer({ files });
  };
  // Chromium has one, which cannot be written.
  Object.defineProperty(globalThis, "launchQueue", { value: { setConsumer } });
  globalThis.launch = async (files) => {
    const folder = await navigator.storage.getDirectory();
    const handles = files.map(async ([name, base64]) => {
      const handle = await folder.getFileHandle(name, { create: true });
      const writable = await handle.createWritable();
      await writable.write(Uint8Array.from(atob(base64), (each) => each.charCodeAt(0)));
      await writable.close();
      return handle;
    });
    globalThis.launchHandles(await Promise.all(handles));
  };
};

const launched = (name, bytes) => [name, bytes.toString("base64")];

inEachBrowser(
  "What the system opens with the page",
  {
    async "is opened as if it had been dropped, and its disk comes out whole"(inspector) {
      const [disk] = archive.disks;
      const { page } = inspector;
      await page.evaluate((files) => globalThis.launch(files), []);
      const files = [launched("from-the-system.vma", readFileSync(archive.path))];
      await page.evaluate((files) => globalThis.launch(files), files);
      await inspector.shows("from-the-system.vma", "#place");
      await inspector.shows("Scan again", "#scan");
      const saved = await inspector.save(disk.name);
      assert.deepEqual([saved.failure, saved.sha256], [null, disk.sha256]);
    },

    async "may be the parts of one file"(inspector) {
      const bytes = readFileSync(sample);
      const half = Math.floor(bytes.length / 2);
      const parts = [bytes.subarray(half), bytes.subarray(0, half)];
      const files = parts.map((part, at) => launched(`part.vma.zst.00${2 - at}`, part));
      await inspector.page.evaluate((files) => globalThis.launch(files), files);
      await inspector.shows("part.vma.zst", "#place");
      await inspector.shows("Scan again", "#scan");
      const saved = await inspector.save("drive-scsi0");
      const image = join(root, "tests/fixtures/ext4-linux.zst");
      const unpacked = execFileSync("zstd", ["-q", "-d", "-c", image], { maxBuffer: 1 << 28 });
      const expected = createHash("sha256").update(unpacked).digest("hex");
      assert.deepEqual([saved.failure, saved.sha256], [null, expected]);
    },

    async "and is gone by then is told to be"(inspector) {
      await inspector.page.evaluate(async () => {
        const folder = await navigator.storage.getDirectory();
        const handle = await folder.getFileHandle("gone.vma", { create: true });
        await folder.removeEntry("gone.vma");
        globalThis.launchHandles([handle]);
      });
      await inspector.shows("can no longer be read", "#failure");
    },
  },
  withQueue,
);
