// Every way a disk gets out of the page, each file held against the disk by
// qemu-img or by its hash.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder, makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inChromium, inEachBrowser } from "./support/suite.mjs";

const conf = makeFile("saved.conf", qemuServerConf("drive-scsi0", "drive-efidisk0"));
const archive = makeArchive(
  "vzdump-qemu-107-2024_05_06-07_08_09.vma",
  ...["--disk", "drive-scsi0:24M:mixed:31", "--disk", "drive-efidisk0:540672:dense:32"],
  ...["--config", `qemu-server.conf=${conf}`, "--shuffle", "5"],
);
const [scsi0] = archive.disks.filter(({ name }) => name === "drive-scsi0");
const holed = makeArchive(
  "vzdump-qemu-108-2024_05_06-07_08_09.vma",
  ...["--disk", "drive-scsi0:6M:dense:33", "--leave-out", "1:7", "--leave-out", "1:8"],
);

const holedTwice = makeArchive(
  "holed-twice.vma",
  ...["--disk", "drive-scsi0:2M:dense:34", "--disk", "drive-scsi1:2M:dense:35"],
  ...["--leave-out", "1:7", "--leave-out", "2:8"],
);

const small = makeArchive(
  "vzdump-qemu-109-2024_05_06-07_08_09.vma",
  ...["--disk", "drive-scsi0:64K:dense:36"],
);

/** The raw disk, cut out of the archive by the program that wrote it. */
const raw = join(folder, "saved.raw");

function qemuImg(...options) {
  return execFileSync("qemu-img", options, { encoding: "utf8" });
}

async function savesAs(inspector, option, driver) {
  await inspector.chooseFormat(option);
  const saved = await inspector.page.download(() => inspector.clickInCard("drive-scsi0", "^Save$"));
  assert.equal(saved.failure, null, option);
  assert.match(saved.fileName, new RegExp(`^107-drive-scsi0.*\\.${driver}$`));
  if (driver !== "vmdk") {
    qemuImg("check", "-f", driver, saved.path);
  }
  assert.match(
    qemuImg("compare", "-f", driver, "-F", "raw", saved.path, raw),
    /Images are identical/,
  );
  return saved;
}

inEachBrowser("A disk", {
  async "comes out in the format of the place where it will live, and hashed"(inspector) {
    await inspector.openArchive(archive.path);
    const plain = await inspector.save("drive-scsi0");
    assert.equal(plain.sha256, scsi0.sha256);
    writeFileSync(raw, readFileSync(plain.path));
    // The hash of what is on the disk, whatever the format of the file.
    await inspector.shows(scsi0.sha256, "#devices");
    await savesAs(inspector, "qcow2", "qcow2");
    await savesAs(inspector, "VMDK for VMware ESXi", "vmdk");
    await savesAs(inspector, "qcow2, compressed", "qcow2");
  },

  // Of a frame that is gone browsers make no download, and small files are handed over before
  // they make one.
  async "comes each time, however small and however often it is saved"(inspector) {
    await inspector.openArchive(small.path);
    for (let n = 1; n <= 40; n += 1) {
      const { failure, sha256 } = await inspector.save("drive-scsi0");
      assert.deepEqual([failure, sha256], [null, small.disks[0].sha256], `save ${n}`);
    }
  },

  async "is hashed without being saved"(inspector) {
    await inspector.openArchive(archive.path);
    await inspector.clickInCard("drive-scsi0", "SHA-256");
    await inspector.shows(scsi0.sha256, "#devices");
  },

  async "goes the way that the person chooses"(inspector) {
    await inspector.openArchive(archive.path);
    for (const way of [
      "Into Downloads, by way of the browser",
      "Into Downloads, by way of memory",
    ]) {
      await inspector.chooseInCard("drive-scsi0", "Where", way);
      const saved = await inspector.save("drive-scsi0");
      assert.deepEqual([saved.failure, saved.sha256], [null, scsi0.sha256], way);
    }
  },

  async "with gaps has a map of them for a click, and its hash says so"(inspector) {
    await inspector.openArchive(holed.path);
    await inspector.clickInCard("drive-scsi0", "SHA-256");
    await inspector.shows("with zeros for 128 KiB that are missing", "#devices");
    await inspector.chooseFormat("qcow2");
    const saved = await inspector.saveWithMap("drive-scsi0", async () => {
      await inspector.clickInCard("drive-scsi0", "^Save$");
      await inspector.page.click("button", "Save with gaps");
    });
    const lines = readFileSync(saved.map.path, "utf8").split("\n");
    assert.ok(
      lines.some((line) => /^0x0*70000 +0x0*20000 +-$/.test(line)),
      lines.join("\n"),
    );
  },

  async "with gaps can have them marked, in any format"(inspector) {
    await inspector.openArchive(holed.path);
    for (const [option, driver] of [
      ["Raw image", "raw"],
      ["qcow2", "qcow2"],
    ]) {
      await inspector.chooseFormat(option);
      const saved = await inspector.saveWithMap("drive-scsi0", async () => {
        await inspector.clickInCard("drive-scsi0", "^Save$");
        await inspector.clickIn("#question", /^Fill them with a text/);
        await inspector.page.click("button", "Save with gaps");
      });
      assert.equal(saved.failure, null);
      const disk = `${saved.path}.raw`;
      qemuImg("convert", "-f", driver, "-O", "raw", saved.path, disk);
      const bytes = readFileSync(disk);
      const marks = Buffer.alloc(2 * 65_536, "VMA-DATA-IS-LOST");
      assert.ok(bytes.subarray(7 * 65_536, 9 * 65_536).equals(marks), option);
      assert.ok(!bytes.subarray(6 * 65_536, 7 * 65_536).includes("VMA-DATA-IS-LOST"));
      assert.equal(bytes.length, 6 << 20);
    }
  },
});

/** Hashing on the way needs more of them than the machine of a test may have. */
function withManyProcessors() {
  Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => 8 });
}

inEachBrowser(
  "With processors to spare, a disk",
  {
    async "is hashed on the way in any format"(inspector) {
      await inspector.openArchive(archive.path);
      await inspector.chooseFormat("qcow2");
      await inspector.page.download(() => inspector.clickInCard("drive-scsi0", "^Save$"));
      await inspector.shows(scsi0.sha256, "#devices");
    },
  },
  withManyProcessors,
);

inEachBrowser("The machine", {
  async "comes out as an appliance that says what it could not carry over"(inspector) {
    await inspector.openArchive(archive.path);
    await inspector.shows("Not carried over", "#elsewhere");
    const saved = await inspector.page.download(() =>
      inspector.clickIn("#elsewhere", /^Save as OVA$/),
    );
    assert.equal(saved.failure, null);
    assert.equal(saved.fileName, "web-1.ova");
    const names = execFileSync("tar", ["-tf", saved.path], { encoding: "utf8" }).trim().split("\n");
    assert.deepEqual(names, ["web-1.ovf", "web-1-scsi0.vmdk", "web-1.mf"]);
    const take = (name) => execFileSync("tar", ["-xOf", saved.path, name], { maxBuffer: 1 << 28 });
    const manifest = take("web-1.mf").toString();
    for (const name of names.slice(0, 2)) {
      const hash = createHash("sha256").update(take(name)).digest("hex");
      assert.ok(manifest.includes(`SHA256(${name})= ${hash}\n`), manifest);
    }
    const vmdk = makeFile("appliance.vmdk", take("web-1-scsi0.vmdk"));
    const compared = qemuImg("convert", "-f", "vmdk", "-O", "raw", vmdk, `${vmdk}.raw`);
    assert.equal(compared, "");
    const disk = createHash("sha256")
      .update(readFileSync(`${vmdk}.raw`))
      .digest("hex");
    assert.equal(disk, scsi0.sha256);
  },

  async "comes out as texts that name the files as they are saved"(inspector) {
    await inspector.openArchive(archive.path);
    await inspector.clickIn("#elsewhere", /QEMU command/);
    await inspector.shows("107-drive-scsi0.qcow2", "#elsewhere");
    await inspector.clickIn("#elsewhere", /libvirt domain/);
    await inspector.shows("<name>web-1</name>", "#elsewhere");
  },
});

/** As in windows where nothing of this is allowed. */
function withoutServiceWorker() {
  Object.defineProperty(Navigator.prototype, "serviceWorker", { get: () => undefined });
  delete globalThis.showSaveFilePicker;
  delete globalThis.showDirectoryPicker;
  // It also runs in the empty document before the page, which has no storage.
  if (!globalThis.StorageManager) return;
  Object.defineProperty(StorageManager.prototype, "getDirectory", {
    value: () => Promise.reject(new DOMException("not here", "SecurityError")),
  });
}

inEachBrowser(
  "Where the browser allows nothing better",
  {
    async "a disk is put together out of pieces of the backup"(inspector) {
      await inspector.openArchive(archive.path);
      const saved = await inspector.save("drive-scsi0");
      assert.deepEqual([saved.failure, saved.sha256], [null, scsi0.sha256]);
    },
  },
  withoutServiceWorker,
);

/** Pickers that give places in the browser's own storage, and can be told to refuse. */
function withPickers() {
  const place = async () =>
    (await navigator.storage.getDirectory()).getDirectoryHandle("picked", { create: true });
  globalThis.refusal = null;
  globalThis.showSaveFilePicker = async ({ suggestedName }) => {
    if (globalThis.refusal) {
      throw new DOMException("refused", globalThis.refusal);
    }
    return (await place()).getFileHandle(suggestedName, { create: true });
  };
  globalThis.showDirectoryPicker = place;
  globalThis.pickedFiles = async () => {
    const files = {};
    for await (const handle of (await place()).values()) {
      const bytes = await (await handle.getFile()).arrayBuffer();
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
      files[handle.name] = { size: bytes.byteLength, sha256: hex };
    }
    return files;
  };
}

function picked(inspector) {
  return inspector.page.evaluate(() => globalThis.pickedFiles());
}

inChromium(
  "A place that the person picks",
  {
    async "gets the disk, and nothing if the person thinks better of it"(inspector) {
      await inspector.openArchive(archive.path);
      await inspector.chooseFormat("Raw image");
      await inspector.chooseInCard("drive-scsi0", "Where", "To a place that I choose");
      await inspector.page.evaluate(() => {
        globalThis.refusal = "AbortError";
      });
      await inspector.clickInCard("drive-scsi0", "^Save$");
      await inspector.page.evaluate(() => {
        globalThis.refusal = null;
      });
      await inspector.clickInCard("drive-scsi0", "^Save$");
      await inspector.shows("the browser has completed it", "#saves");
      const { sha256, size } = scsi0;
      assert.deepEqual(await picked(inspector), { "107-drive-scsi0.raw": { size, sha256 } });
    },

    async "may be a folder, for several disks and the configs"(inspector) {
      await inspector.openArchive(archive.path);
      await inspector.lookAt("#elsewhere");
      await inspector.page.waitFor(() => {
        const format = document.querySelector("#folder-format");
        format.value = "raw";
        format.dispatchEvent(new Event("change"));
        return format.value === "raw";
      });
      for (const suffix of ["", " (2)"]) {
        await inspector.clickIn("#elsewhere", /Choose a folder and save/);
        for (const { name } of archive.disks) {
          await inspector.shows(`107-${name}${suffix}.raw`, "#saves");
        }
        await inspector.page.waitFor(
          () => document.querySelectorAll("#saves .save[data-tone=good]").length === 2,
        );
      }
      const files = await picked(inspector);
      for (const { name, sha256, size } of archive.disks) {
        assert.deepEqual(files[`107-${name}.raw`], { size, sha256 });
        assert.deepEqual(files[`107-${name} (2).raw`], { size, sha256 });
      }
      assert.equal(files["107-qemu-server.conf"].size, readFileSync(conf).length);
      assert.equal(Object.keys(files).length, 6);
    },

    async "gets the files that the texts name, the firmware's variables raw"(inspector) {
      await inspector.openArchive(archive.path);
      // Before the texts are made, a person sees nothing of it.
      await inspector.lookAt("#elsewhere");
      await inspector.clickIn("#elsewhere", /Choose a folder and save/);
      await inspector.page.waitFor(
        () => document.querySelectorAll("#saves .save[data-tone=good]").length === 2,
      );
      const files = await picked(inspector);
      const [efidisk0] = archive.disks.filter(({ name }) => name === "drive-efidisk0");
      const { sha256, size } = efidisk0;
      assert.deepEqual(files["107-drive-efidisk0.raw"], { size, sha256 });
      const texts = await inspector.page.evaluate(() =>
        [...document.querySelectorAll("#elsewhere pre")].map((text) => text.textContent),
      );
      assert.equal(texts.length, 2);
      for (const text of texts) {
        assert.match(text, /107-drive-efidisk0\.raw/);
        assert.match(text, /107-drive-scsi0\.qcow2/);
      }
      assert.deepEqual(Object.keys(files).sort(), [
        "107-drive-efidisk0.raw",
        "107-drive-scsi0.qcow2",
        "107-qemu-server.conf",
      ]);
    },

    async "keeps nothing of a save that breaks off"(inspector) {
      const shrinking = makeArchive("shrinking-2.vma", "--disk", "drive-scsi0:64M:dense:5");
      await inspector.openArchive(shrinking.path);
      await inspector.chooseInCard("drive-scsi0", "Where", "To a place that I choose");
      truncateSync(shrinking.path, 1 << 20);
      await inspector.clickInCard("drive-scsi0", "^Save$");
      await inspector.shows("Nothing was saved", "#saves");
      assert.deepEqual(await picked(inspector), {});
    },
  },
  withPickers,
);

/** Holds back the scan, so that a test can come before its end. */
function withScanHeldBack() {
  const post = Worker.prototype.postMessage;
  const held = [];
  let holds = true;
  globalThis.letScan = () => {
    holds = false;
    for (const [worker, ...message] of held) {
      post.apply(worker, message);
    }
  };
  Worker.prototype.postMessage = function (...message) {
    const { kind, id } = message[0] ?? {};
    // Its cancelling must not overtake it.
    const isHeld = kind === "scan" || held.some(([, { id: heldId }]) => heldId === id);
    if (holds && isHeld) held.push([this, ...message]);
    else post.apply(this, message);
  };
}

const packed = `${archive.path}.zst`;
execFileSync("zstd", ["-q", "-f", archive.path]);
const cutOff = join(folder, "vzdump-qemu-109-2024_05_06-07_08_09.vma.zst");
writeFileSync(cutOff, readFileSync(packed).subarray(0, 6 << 20));

const scattered = makeArchive(
  "scattered.vma",
  ...["--disk", "drive-scsi0:16M:mixed:36", "--disk", "drive-scsi1:14M:mixed:37"],
  ...["--shuffle", "6"],
);
execFileSync("zstd", ["-q", "-f", scattered.path]);

inEachBrowser("Disks that lie out of order in a compressed backup", {
  async "are saved in the order of the backup, one after the other, and hashed"(inspector) {
    await inspector.openArchive(`${scattered.path}.zst`);
    const words = "This disk lies out of order in the compressed backup";
    await inspector.chooseFormat("Raw image");
    for (const { name } of scattered.disks) await inspector.openDisk(name);
    await inspector.shows(`${words}. So the backup is unpacked once more`, "#devices");
    const saved = await inspector.page.download(async () => {
      await inspector.clickInCard("drive-scsi0", "^Save$");
      await inspector.clickInCard("drive-scsi1", "^Save$");
    });
    const [first] = scattered.disks.filter(({ name }) => name === "drive-scsi0");
    assert.deepEqual([saved.failure, saved.sha256], [null, first.sha256]);
    await inspector.downloads(1);
    // One download a click is what Chromium starts; Firefox starts them all.
    if (await inspector.page.evaluate(() => "userAgentData" in navigator)) {
      await inspector.shows("This one waits for its click", "#saves");
      assert.equal(inspector.page.downloadsCompleted, 1);
      await inspector.clickIn("#saves", /Download it now/);
    }
    await inspector.downloads(2);
    for (const { sha256 } of scattered.disks) await inspector.shows(sha256, "#devices");
    await inspector.chooseFormat("qcow2, compressed");
    await inspector.shows("To save it this way, or to hash it alone, about", "#devices");
  },

  async "come out right in formats that are laid out beforehand, and hashed"(inspector) {
    await inspector.openArchive(`${scattered.path}.zst`);
    const [disk] = scattered.disks.filter(({ name }) => name === "drive-scsi1");
    const raw = await inspector.save("drive-scsi1");
    assert.equal(raw.sha256, disk.sha256);
    for (const [option, driver] of [
      ["qcow2", "qcow2"],
      ["VHD for", "vpc"],
    ]) {
      await inspector.chooseFormat(option);
      await inspector.shows("So the backup is unpacked once more", "#devices");
      const saved = await inspector.page.download(() =>
        inspector.clickInCard("drive-scsi1", "^Save$"),
      );
      assert.equal(saved.failure, null);
      const options = ["-f", driver, "-F", "raw", saved.path, raw.path];
      assert.match(qemuImg("compare", ...options), /Images are identical/);
    }
  },

  async "are hashed out of a file of any format"(inspector) {
    await inspector.openArchive(`${scattered.path}.zst`);
    const [disk] = scattered.disks.filter(({ name }) => name === "drive-scsi0");
    await inspector.chooseFormat("VHDX for");
    await inspector.page.download(() => inspector.clickInCard("drive-scsi0", "^Save$"));
    await inspector.shows(disk.sha256, "#devices");
  },
});

inEachBrowser(
  "Before a compressed backup is scanned",
  {
    async "a disk is saved in the pass that scans, and hashed"(inspector) {
      await inspector.page.choose(packed);
      await inspector.openDisk("drive-scsi0");
      const saved = await inspector.page.download(async () => {
        await inspector.clickInCard("drive-scsi0", "now, while scanning");
        await inspector.page.evaluate(() => globalThis.letScan());
      });
      assert.deepEqual([saved.failure, saved.sha256], [null, scsi0.sha256]);
      await inspector.shows(scsi0.sha256, "#devices");
    },

    async "a disk that turns out to have gaps is kept only if the person says so"(inspector) {
      await inspector.page.choose(cutOff);
      await inspector.openDisk("drive-scsi0");
      await inspector.clickInCard("drive-scsi0", "now, while scanning");
      await inspector.page.evaluate(() => globalThis.letScan());
      await inspector.shows("Parts of this disk are missing", "#question");
      await inspector.page.click("button", "Throw the file away");
      await inspector.shows("Cancelled", "#saves");
      assert.equal(inspector.page.downloadsCompleted, 0);
    },

    async "each disk that turns out to have gaps is asked about"(inspector) {
      await inspector.page.choose(holedTwice.path);
      for (const device of ["drive-scsi0", "drive-scsi1"]) {
        await inspector.clickInCard(device, "^Save$");
      }
      await inspector.page.evaluate(() => globalThis.letScan());
      for (const device of ["drive-scsi0", "drive-scsi1"]) {
        await inspector.shows(device, "#question");
        await inspector.page.click("button", "Do not save");
      }
      await inspector.page.waitFor(() => !document.querySelector("#question").open);
      await inspector.page.waitFor(
        () => document.querySelectorAll("#saves .save[data-tone=neutral]").length === 2,
      );
      assert.equal(inspector.page.downloadsCompleted, 0);
    },

    async "a save waits for the scan, and says so"(inspector) {
      await inspector.page.choose(packed);
      await inspector.chooseFormat("Raw image");
      await inspector.clickInCard("drive-scsi0", "^Save$");
      await inspector.shows("Starts as soon as the scan is finished", "#saves");
      const saved = await inspector.page.download(() =>
        inspector.page.evaluate(() => globalThis.letScan()),
      );
      assert.deepEqual([saved.failure, saved.sha256], [null, scsi0.sha256]);
    },
  },
  withScanHeldBack,
);
