// Names of files, out of a backup or of one, that no system and no browser has to
// take as they are; and what else a saved file may be taken for.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder, makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inChromium, inEachBrowser } from "./support/suite.mjs";

const conf = makeFile("names.conf", qemuServerConf("drive-scsi0"));
const program = makeFile("program", "MZ, and nothing that runs");
const archive = makeArchive(
  "vzdump-qemu-120-2024_05_06-07_08_09.vma",
  ...["--disk", "drive-scsi0:2M:mixed:71", "--config", `qemu-server.conf=${conf}`],
  ...["--config", `setup.exe=${program}`, "--config", `odd.conf=${conf}`],
);

/** An emoji lies where a name is cut that counts halves of characters. */
const emoji = join(folder, `${"a".repeat(99)}😀${"b".repeat(20)}.vma`);
renameSync(makeArchive("emoji.vma", "--disk", "drive-scsi0:2M:dense:72").path, emoji);

/** The sign of a qcow2 and its version, and zeros: no image, and no other file in it. */
const header = Buffer.alloc(2 << 20);
header.write("QFI\xfb\0\0\0\x03", "latin1");
writeFileSync(join(folder, "header.raw"), header);
const like = makeArchive(
  "like.vma",
  ...["--disk", "drive-scsi0:6M:dense:73"],
  ...["--disk-from", `drive-scsi1=${join(folder, "header.raw")}`],
);
execFileSync("zstd", ["-q", "-f", like.path]);

/** Asks of the Service Worker what it cannot make; resolves with what it says of it. */
async function askForHalfACharacter() {
  const { active } = await navigator.serviceWorker.ready;
  const [image, control] = [new MessageChannel(), new MessageChannel()];
  const id = "0123456789abcdef".repeat(2);
  const order = { kind: "save", id, name: "\ud800.raw", size: 1 };
  const ports = { image: image.port2, control: control.port2 };
  const heard = new Promise((resolve) => {
    control.port1.onmessage = ({ data }) => {
      if (data.kind === "asked") return;
      if (data.kind !== "registered") return resolve(data);
      // As the page asks for one: Firefox ends all loading of a page that goes anywhere.
      const frame = document.createElement("iframe");
      frame.src = new URL(`vma-inspector-save/${id}`, document.baseURI);
      document.body.append(frame);
    };
  });
  active.postMessage({ ...order, ...ports }, [image.port2, control.port2]);
  return heard;
}

inEachBrowser("A name", {
  async "with an emoji where it is cut leaves the page where it is"(inspector) {
    await inspector.openArchive(emoji);
    const saved = await inspector.save("drive-scsi0");
    assert.equal(saved.failure, null);
    assert.match(saved.fileName, /^a{99}😀b+-drive-scsi0\.raw$/u);
    await inspector.shows("aaaa", "#archive");
  },

  async "that a download cannot have is told, and the page stays"(inspector) {
    await inspector.openArchive(archive.path);
    const told = await inspector.page.evaluate(askForHalfACharacter);
    assert.deepEqual([told.kind, told.failure.code], ["failed", "save-broken"]);
    await inspector.shows("vzdump-qemu-120", "#archive");
  },

  async "of a config makes no program of it"(inspector) {
    await inspector.openArchive(archive.path);
    await inspector.clickIn("#configs", /setup\.exe/);
    await inspector.shows("120-setup.exe.txt", "#configs");
    const saved = await inspector.page.download(() =>
      inspector.page.evaluate(() => {
        const configs = [...document.querySelectorAll("#configs details")];
        const program = configs.find((each) => each.innerText.includes("setup.exe"));
        const buttons = [...program.querySelectorAll("button")];
        buttons.find((each) => each.innerText === "Save").click();
      }),
    );
    assert.deepEqual([saved.failure, saved.fileName], [null, "120-setup.exe.txt"]);
  },
});

for (const [path, how] of [
  [like.path, "plain"],
  [`${like.path}.zst`, "compressed"],
]) {
  inEachBrowser(`A raw disk that begins like a qcow2, in a ${how} backup,`, {
    async "is told to be one before and after its save"(inspector) {
      await inspector.openArchive(path);
      const [, disk] = like.disks;
      await inspector.shows("begins like qcow2", "#devices");
      await inspector.openDisk("drive-scsi1");
      const told = /begins like (a file|one) of another format, qcow2.*“-f raw” for qemu-img/;
      await inspector.shows(told, "#devices");
      const saved = await inspector.save("drive-scsi1");
      assert.deepEqual([saved.failure, saved.sha256], [null, disk.sha256]);
      await inspector.shows("The file begins like one of another format, qcow2", "#saves");
      await inspector.page.waitFor(
        () => document.querySelector("#saves .save").dataset.tone === "warning",
      );
      // The other disk begins like none, and as qcow2 it would not matter.
      await inspector.chooseFormat("qcow2");
      await inspector.page.waitFor(
        () => !document.querySelector("#devices").innerText.includes("This disk begins like"),
      );
    },
  });
}

/** A folder that takes no file with "odd" in its name, in the words of Chromium. */
function withPickyFolder() {
  const place = async () =>
    (await navigator.storage.getDirectory()).getDirectoryHandle("picky", { create: true });
  let asked = 0;
  globalThis.showDirectoryPicker = async () => {
    const folder = await place();
    const get = folder.getFileHandle.bind(folder);
    folder.getFileHandle = async (name, options) => {
      asked += 1;
      // A page that asks for ever is told at last.
      if (asked > 5000) throw new DOMException("not there", "NotFoundError");
      if (name.includes("odd")) throw new TypeError("Name is not allowed.");
      return get(name, options);
    };
    return folder;
  };
  globalThis.pickedNames = async () => {
    const names = [];
    for await (const name of (await place()).keys()) names.push(name);
    return names.sort();
  };
}

inChromium(
  "A folder that does not take a name",
  {
    async "gets all the other files, and the page says what it lacks"(inspector) {
      await inspector.openArchive(archive.path);
      await inspector.lookAt("#elsewhere");
      await inspector.clickIn("#elsewhere", /Choose a folder and save/);
      await inspector.shows("Not all configuration files could be written into the folder");
      await inspector.shows("1 of 3; 120-odd.conf: TypeError: Name is not allowed.");
      await inspector.page.waitFor(
        () => document.querySelectorAll("#saves .save[data-tone=good]").length === 1,
      );
      const names = await inspector.page.evaluate(() => globalThis.pickedNames());
      assert.deepEqual(names, [
        "120-drive-scsi0.qcow2",
        "120-qemu-server.conf",
        "120-setup.exe.txt",
      ]);
    },
  },
  withPickyFolder,
);
