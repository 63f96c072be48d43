// A backup on the server that the page came from, which the address names: what is asked
// for, that every byte is right, and what is said where the server does wrong.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { page } from "../../www/build/build.mjs";
import { root } from "../../www/build/tools.mjs";
import { folder, makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { Dump, openDumped } from "./support/dump.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const conf = makeFile("remote.conf", qemuServerConf("drive-scsi0"));
const CONFIG = ["--config", `qemu-server.conf=${conf}`];
const small = makeArchive("remote.vma", "--disk", "drive-scsi0:40M:dense:4", ...CONFIG);
const [disk] = small.disks;
/** So dense that it does not become small. */
const dense = makeArchive("dense.vma", "--disk", "drive-scsi0:48M:dense:5", ...CONFIG);
const [large] = dense.disks;

/** A backup packed by zstd itself. */
function packed(path) {
  execFileSync("zstd", ["-q", "-f", path, "-o", `${path}.zst`]);
  return `${path}.zst`;
}

const GIB = 1024 ** 3;
const CLUSTER = 65_536;
const SLOTS = 59;

/**
 * A sound archive of more than 2 GiB with holes: all of a disk is stored, of which all but
 * its beginning, an ext4, is zeros. By `vma_spec.txt` of pve-qemu.
 */
function largeArchive() {
  const made = makeArchive("large.tmp", "--disk", `drive-scsi0:${2 * GIB}:zero`, ...CONFIG);
  const head = readFileSync(made.path);
  const headerSize = head.readUInt32BE(56);
  const uuid = head.subarray(8, 24);
  const ext4 = execFileSync("zstd", ["-dcq", join(root, "tests/fixtures/ext4-linux.zst")], {
    maxBuffer: 1 << 28,
  });
  const path = join(folder, "large.vma");
  const file = openSync(path, "w");
  writeSync(file, head, 0, headerSize, 0);
  let at = headerSize;
  const clusters = (2 * GIB) / CLUSTER;
  for (let first = 0; first < clusters; first += SLOTS) {
    const count = Math.min(SLOTS, clusters - first);
    const extent = Buffer.alloc(512);
    extent.write("VMAE", 0, "latin1");
    extent.writeUInt16BE(count * 16, 6);
    uuid.copy(extent, 8);
    for (let slot = 0; slot < count; slot += 1) {
      // Which blocks are stored, the device, the cluster.
      extent.writeUInt16BE(0xffff, 40 + 8 * slot);
      extent.writeUInt8(1, 43 + 8 * slot);
      extent.writeUInt32BE(first + slot, 44 + 8 * slot);
    }
    createHash("md5").update(extent).digest().copy(extent, 24);
    writeSync(file, extent, 0, 512, at);
    const data = ext4.subarray(first * CLUSTER, (first + count) * CLUSTER);
    if (data.length > 0) writeSync(file, data, 0, data.length, at + 512);
    at += 512 + count * CLUSTER;
  }
  ftruncateSync(file, at);
  closeSync(file);
  return path;
}

const dump = new Dump({
  "tiny.vma": makeArchive("tiny.vma", "--disk", "drive-scsi0:3M:dense:6", ...CONFIG).path,
  "remote.vma": small.path,
  "remote.vma.zst": packed(small.path),
  "packed.vma.zst": packed(dense.path),
  "large.vma": largeArchive(),
  "empty.vma": makeFile("empty.vma", ""),
});
const server = { beside: dump.answer };

/** Parts that the server was asked for. */
function parts(inspector) {
  return inspector.server.takeRequests().filter(({ url }) => url.includes("/dump/"));
}

/** The page at `/vma/`, so that the folder of backups is not below it. */
const apart = {
  beside: (request, response) => {
    const { pathname, search } = new URL(request.url, "http://localhost");
    if (pathname.startsWith("/vma/")) request.url = pathname.slice("/vma".length) + search;
    return dump.answer(request, response);
  },
};

inEachBrowser(
  "A backup outside the page's own folder",
  {
    async "is counted in the footer, request by request"(inspector) {
      const { page } = inspector;
      await page.evaluate(() => location.assign("/vma/#open=../dump/tiny.vma"));
      await page.waitFor(() => location.pathname === "/vma/");
      await inspector.shows("tiny.vma", "#place");
      await inspector.shows("Scan again", "#scan");
      const asked = parts(inspector).length;
      await inspector.shows(`since this page was loaded: ${asked}.`, "#requests");
      await inspector.shows(
        `Of these, ${asked} were to the server that the page came from`,
        "#requests",
      );
      // What the browser enforces is what it was.
      await inspector.shows("no server but the one that the page came from", "#own-policy");
    },

    async "keeps its name in the address, with the place that is looked at"(inspector) {
      const { page } = inspector;
      await page.evaluate(() => location.assign("/vma/#open=../dump/tiny.vma"));
      await page.waitFor(() => location.pathname === "/vma/");
      await inspector.shows("tiny.vma", "#place");
      await inspector.lookAt("#configs");
      await inspector.lookAt("#bytes");
      await page.waitFor(() => location.hash.startsWith("#open=/dump/tiny.vma&part=bytes"));
      await page.evaluate(() => {
        globalThis.isFormer = true;
        location.reload();
      });
      await page.waitFor(() => !globalThis.isFormer);
      await inspector.shows("tiny.vma", "#place");
      await page.waitFor(() => !document.querySelector("#bytes").closest("[role=tabpanel]").hidden);
    },
  },
  undefined,
  { server: apart },
);

inEachBrowser(
  "A backup on the page's own server",
  {
    async "of 2 GiB opens with at most 24 requests and 4 MiB"(inspector) {
      dump.bytes = 0;
      await openDumped(inspector, "large.vma");
      await inspector.shows("large.vma", "#place");
      await inspector.shows("web-1", "#machine");
      await inspector.shows("ext4", "#devices");
      await inspector.shows("only its beginning was asked for", "#scan");
      // What is told of it besides costs nothing more.
      for (const place of ["#machine", "#configs"]) await inspector.lookAt(place);
      const asked = parts(inspector);
      assert.ok(
        asked.every(({ range }) => range),
        "each for a part",
      );
      assert.ok(asked.length <= 24, asked.map(({ range }) => range).join(" "));
      assert.ok(dump.bytes <= 4 * 1024 ** 2, `${dump.bytes} bytes`);
    },

    async "is checked to its end when that is wanted, and its disk comes out whole"(inspector) {
      for (const name of ["remote.vma", "remote.vma.zst"]) {
        await openDumped(inspector, name);
        await inspector.shows(name, "#place");
        await inspector.shows("only its beginning was asked for", "#scan");
        await inspector.clickIn("#scan", /Continue/);
        await inspector.shows("Scan again", "#scan");
        const saved = await inspector.save(disk.name);
        assert.deepEqual([saved.failure, saved.sha256], [null, disk.sha256]);
      }
    },

    async "is read to its end at once where it is small"(inspector) {
      await openDumped(inspector, "tiny.vma");
      await inspector.shows("tiny.vma", "#place");
      await inspector.shows("Scan again", "#scan");
      assert.ok(parts(inspector).length <= 24);
    },
  },
  undefined,
  { server },
);

/** What is said, by what the server does wrong. */
const FAULTS = [
  ["whole", "gives only whole files"],
  ["shifted", "another part than was asked for"],
  ["shorter", "another part than was asked for"],
  ["no-range-told", "another part than was asked for"],
  ["longer", "broke off"],
  // Chromium refuses by itself what is packed though it was not asked for.
  ["gzip", /packs the backup|cannot be reached/],
  ["login", "wants to know who you are"],
  ["away", "wants to know who you are"],
  ["page", "wants to know who you are"],
  ["unauthorised", "wants to know who you are"],
  ["forbidden", "wants to know who you are"],
  ["missing", "does not have this backup"],
  ["busy", "says that it cannot answer"],
  ["unmarked", "does not tell when a file changes"],
  ["reset", "cannot be reached"],
];

/**
 * The same of one that did right when the backup was opened. No two that say the same follow
 * each other, so that what is shown is of the last.
 */
const LATER = [
  ["changed-tag", "has changed"],
  ["shifted", "another part than was asked for"],
  ["changed-silently", "has changed"],
  ["cut", "broke off"],
  ["changed-date", "has changed"],
  ["busy", "says that it cannot answer"],
  ["other-total", "has changed"],
  ["reset", "cannot be reached"],
  ["beyond", "has changed"],
  ["longer", "broke off"],
  ["whole", "gives only whole files"],
  ["broken", /broke off|cannot be reached/],
  ["login", "wants to know who you are"],
  ["no-range-told", "another part than was asked for"],
  ["away", "wants to know who you are"],
];

/** Nothing of a file that nobody asked for is taken but what was on its way: buffers of sockets. */
const ON_ITS_WAY = 16 * 1024 ** 2;

/** Scans until the server does wrong, and on once it does right: what comes out is right. */
async function goesOnAfter(inspector, fault, said) {
  dump.fault = "";
  await openDumped(inspector, "packed.vma.zst");
  await inspector.shows("Continue the scan", "#scan");
  dump.later = [6, fault];
  await inspector.clickIn("#scan", /Continue/);
  await inspector.shows(said, "#scan");
  const taken = fault === "whole" ? await dump.takenOfWhole() : 0;
  assert.ok(taken <= 4 * ON_ITS_WAY, `${taken} bytes of the whole`);
  [dump.later, dump.fault, dump.bytes] = [[Infinity, ""], "", 0];
  await inspector.clickIn("#scan", /Try to continue/);
  await inspector.shows("Scan again", "#scan");
  await inspector.shows(/sound/i, "#scan");
  assert.ok(dump.bytes <= dense.size - 8 * 1024 ** 2, `${dump.bytes} bytes`);
  const saved = await inspector.save(large.name);
  assert.deepEqual([saved.failure, saved.sha256], [null, large.sha256]);
  inspector.page.errors.length = 0;
}

inEachBrowser(
  "A server that does wrong",
  {
    async "is told of before anything is opened"(inspector) {
      dump.fault = "";
      for (const [fault, said] of FAULTS) {
        dump.fault = fault;
        await openDumped(inspector, "large.vma");
        await inspector.shows(said, "#failure");
        const taken = fault === "whole" ? await dump.takenOfWhole() : 0;
        assert.ok(taken <= ON_ITS_WAY, `${taken} bytes of the whole`);
      }
      dump.fault = "";
      await openDumped(inspector, "empty.vma");
      await inspector.shows("The file on the server is empty", "#failure");
      inspector.page.errors.length = 0;
    },

    async "and did right at first is told of, and goes on once it does again"(inspector) {
      dump.fault = "";
      await openDumped(inspector, "packed.vma.zst");
      await inspector.shows("Continue the scan", "#scan");
      for (const [fault, said] of LATER) {
        dump.fault = fault;
        await inspector.clickIn("#scan", /Continue|Try to continue/);
        await inspector.shows(said, "#scan");
        const taken = fault === "whole" ? await dump.takenOfWhole() : 0;
        assert.ok(taken <= ON_ITS_WAY, `${taken} bytes of the whole`);
      }
      dump.fault = "";
      await inspector.clickIn("#scan", /Try to continue/);
      await inspector.shows("Scan again", "#scan");
      const saved = await inspector.save(large.name);
      assert.deepEqual([saved.failure, saved.sha256], [null, large.sha256]);
      inspector.page.errors.length = 0;
    },

    "and breaks off in the middle of a scan costs nothing that was read before": (inspector) =>
      goesOnAfter(inspector, "broken", /broke off|cannot be reached/),

    "and gives whole files in the middle of a scan is hung up on": (inspector) =>
      goesOnAfter(inspector, "whole", "gives only whole files"),

    async "while a disk is saved ends the save, and no file looks whole"(inspector) {
      dump.fault = "";
      await openDumped(inspector, "large.vma");
      await inspector.shows("Continue the scan", "#scan");
      await inspector.clickIn("#scan", /Continue/);
      await inspector.shows("Scan again", "#scan");
      dump.fault = "changed-tag";
      const saved = await inspector.save("drive-scsi0");
      assert.notEqual(saved.failure, null);
      await inspector.shows("has changed", "#saves");
      dump.fault = "";
      inspector.page.errors.length = 0;
    },

    async "is another one: nobody asks it"(inspector) {
      for (const elsewhere of ["http://elsewhere.test/a.vma", "//elsewhere.test/", "http://["]) {
        await inspector.page.evaluate((elsewhere) => {
          history.replaceState(null, "", `#open=${elsewhere}`);
          location.reload();
        }, elsewhere);
        await inspector.shows("leads to another server", "#failure");
      }
      const urls = inspector.server.takeRequests().map(({ url }) => url);
      assert.ok(urls.every((url) => !url.includes("elsewhere.test")));
    },
  },
  undefined,
  { server },
);

inEachBrowser(
  "The page of one file",
  {
    async "says that it opens nothing from a server"(inspector) {
      await inspector.shows("page of one file opens nothing from a server", "#failure");
    },
  },
  undefined,
  { address: `${pathToFileURL(join(page, "vma-inspector.html"))}#open=dump/remote.vma` },
);
