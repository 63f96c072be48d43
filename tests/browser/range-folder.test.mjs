// A folder on the server that the page came from, by the lists that nginx, Caddy and Apache
// themselves made of one (tests/fixtures/lists): it becomes the list of its backups.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { root } from "../../www/build/tools.mjs";
import { makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const conf = makeFile("folder.conf", qemuServerConf("drive-scsi0"));
const made = makeArchive(
  "folder.tmp",
  ...["--disk", "drive-scsi0:1M:dense:4", "--config", `qemu-server.conf=${conf}`],
);
const [disk] = made.disks;
const plain = readFileSync(made.path);
const HUNDRED = "vzdump-qemu-100-2024_05_06-07_08_09";

/** What stands behind each ending; of the logs, one of a job that failed, as vzdump writes it. */
const BYTES = [
  [".vma", plain],
  [".vma.gz", gzipSync(plain)],
  [".vma.zst", execFileSync("zstd", ["-q", "-c"], { input: plain, maxBuffer: 1 << 26 })],
  [".notes", Buffer.from("before the upgrade\n")],
  [".protected", Buffer.alloc(0)],
  [".log", Buffer.from("2024-05-06 07:08:09 ERROR: Backup of VM 100 failed - no space\n")],
];

/** The folder of the fixtures, with what else it holds left out that no backup is. */
const BACKUPS = [
  "Web & Mail, 50% #1 (süd).vma",
  'a"b<c>.vma.gz',
  "old/vzdump-qemu-100-2023_01_01-00_00_00.vma",
  `${HUNDRED}.vma.zst`,
  "vzdump-qemu-101-2024_05_07-07_08_09.vma.zst",
];

/** Requests for lists, as they came. */
const listed = [];

/** Each list at an address of its own: `/nginx/`, `/nginx/old/`. */
function beside({ url, headers }, response) {
  const { pathname } = new URL(url, "http://localhost");
  const [, list, old, file] =
    /^\/((?:nginx|caddy|apache)[a-z-]*)\/(old\/)?(.*)$/.exec(pathname) ?? [];
  if (list === undefined) return false;
  if (file === "") {
    listed.push(headers.accept);
    giveList(old ? `${list}-old` : list, response);
  } else giveFile(decodeURIComponent(file), headers.range, response);
  return true;
}

function giveList(name, response) {
  const isJson = name.includes("json");
  response.writeHead(200, { "Content-Type": isJson ? "application/json" : "text/html" });
  response.end(readFileSync(join(root, "tests/fixtures/lists", name)));
}

function giveFile(name, range, response) {
  const [, bytes] = BYTES.find(([ending]) => name.endsWith(ending)) ?? [];
  if (!bytes) return response.writeHead(404).end();
  if (name.endsWith(".log") && !name.startsWith(HUNDRED)) return response.end("INFO: done\n");
  const marks = { ETag: `"${bytes.length}"`, "Last-Modified": "Mon, 06 May 2024 12:00:00 GMT" };
  const [, from, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  if (from === undefined) return response.writeHead(200, marks).end(bytes);
  const part = bytes.subarray(Number(from), Number(last) + 1);
  const end = Number(from) + part.length - 1;
  const told = { ...marks, "Content-Range": `bytes ${from}-${end}/${bytes.length}` };
  response.writeHead(206, told).end(part);
}

/** Loads the page with the address of a folder or backup. */
async function open(inspector, address) {
  const { page } = inspector;
  await page.evaluate((address) => {
    globalThis.isFormer = true;
    history.replaceState(null, "", `#open=${address}`);
    location.reload();
  }, address);
  await page.waitFor(() => !globalThis.isFormer && document.readyState === "complete");
}

/** Waits until so many backups have been read. */
const read = ({ page }, count) =>
  page.waitFor((count) => {
    const rows = [...document.querySelectorAll("#backups tbody tr")];
    return rows.length === count && rows.every((row) => /Not checked/.test(row.innerText));
  }, count);

const keysOf = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("#backups tbody tr")].map((row) => row.dataset.backup).sort(),
  );

inEachBrowser(
  "A folder on the page's own server",
  {
    async "is the list of its backups, by the list of each server"(inspector) {
      for (const list of ["nginx", "nginx-json", "caddy", "caddy-json", "apache", "apache-plain"]) {
        listed.length = 0;
        await open(inspector, `${list}/`);
        await inspector.shows(`5 backups in ${list}/`, "#backups");
        await read(inspector, BACKUPS.length);
        assert.deepEqual(await keysOf(inspector.page), BACKUPS.toSorted(), list);
        // nginx takes no notice of it; Caddy gives its list as JSON then.
        assert.ok(listed.length === 2 && listed.every((accept) => accept.includes("json")));
      }
    },

    async "has what lies beside each, and one of it is opened and left"(inspector) {
      const { page } = inspector;
      await open(inspector, "apache/");
      await read(inspector, BACKUPS.length);
      for (const text of ["before the upgrade", "Protected", "Log: the backup failed"]) {
        await inspector.shows(text, `#backups [data-backup="${HUNDRED}.vma.zst"]`);
      }
      await page.evaluate(
        (key) => document.querySelector(`#backups [data-backup="${key}"] button`).click(),
        `${HUNDRED}.vma.zst`,
      );
      await inspector.shows(`${HUNDRED}.vma.zst`, "#place");
      await inspector.shows("Scan again", "#scan");
      const saved = await inspector.save(disk.name);
      assert.deepEqual([saved.failure, saved.sha256], [null, disk.sha256]);
      const named = `#open=/apache/${HUNDRED}.vma.zst`;
      assert.equal(await page.evaluate(() => location.hash), named);
      await page.evaluate(() => history.back());
      await inspector.shows("5 backups in apache/", "#backups");
      assert.equal(await page.evaluate(() => location.hash), "#open=apache/");
    },

    async "is checked, each backup of it to its end"(inspector) {
      await open(inspector, "caddy/");
      await read(inspector, BACKUPS.length);
      await inspector.clickIn("#backups", /Check all/);
      await inspector.shows("checked: 5 of 5", "#backups");
      const rows = await inspector.page.evaluate(() =>
        [...document.querySelectorAll("#backups tbody tr")].map((row) => row.innerText),
      );
      assert.ok(
        rows.every((row) => !/Not checked|damage/i.test(row)),
        rows.join("\n"),
      );
    },

    async "that is no list, or is not given, is told of"(inspector) {
      await open(inspector, "nothing/");
      await inspector.shows("names no backups there", "#failure");
      // The page itself names none.
      await open(inspector, "./");
      await inspector.shows("names no backups there", "#failure");
      await open(inspector, "//elsewhere.test/dump/");
      await inspector.shows("leads to another server", "#failure");
      const urls = inspector.server.takeRequests().map(({ url }) => url);
      assert.ok(urls.every((url) => !url.includes("elsewhere.test")));
      inspector.page.errors.length = 0;
    },

    async "is opened in a page that is there already, when its address is changed"(inspector) {
      const { page } = inspector;
      await page.evaluate(() => (location.hash = "open=nginx/"));
      await inspector.shows("5 backups in nginx/", "#backups");
      await page.evaluate((name) => (location.hash = `open=nginx/${name}`), `${HUNDRED}.vma.zst`);
      await inspector.shows(`${HUNDRED}.vma.zst`, "#place");
    },
  },
  undefined,
  { server: { beside } },
);
