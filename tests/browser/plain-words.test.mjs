// What the page says of damage is true and plain: one place once, one number of
// each thing, and no more than was seen.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "../../www/build/tools.mjs";
import { folder, makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const conf = makeFile("words.conf", qemuServerConf("drive-scsi0"));
const whole = makeArchive(
  "words.vma",
  ...["--disk", "drive-scsi0:12M:dense:3", "--config", `qemu-server.conf=${conf}`],
);
const bytes = readFileSync(whole.path);
const inData = whole.offsets[1] - 1000;
const inserted = makeFile(
  "inserted.vma",
  Buffer.concat([bytes.subarray(0, inData), Buffer.from("\r"), bytes.subarray(inData)]),
);
const flipped = makeArchive(
  "words-flipped.vma",
  ...["--disk", "drive-scsi0:12M:dense:3", "--flip", String(whole.offsets[1] + 30)],
);
const stump = makeFile("stump.vma", bytes.subarray(0, 12_288));
const packed = execFileSync("zstd", ["-q", "-c", whole.path], { maxBuffer: 1 << 26 });

/** The file is cut behind its beginning, of which the first bytes are gone. */
const headless = Buffer.from(packed);
headless.fill(0, 0, 4);

function tarOf(path, content) {
  const place = join(folder, "tar");
  mkdirSync(dirname(join(place, path)), { recursive: true });
  makeFile(join("tar", path), content);
  return execFileSync("tar", ["-C", place, "-cf", "-", "./etc"]);
}

/** A backup as vzdump wrote it before there was VMA: by the names in it. */
function oldBackup() {
  const names = ["qemu-server.conf", "vm-disk-ide0.raw"];
  for (const name of names) makeFile(name, "ide0: local:100/vm-100-disk-1.raw\n");
  return execFileSync("tar", ["-C", folder, "-cf", "-", ...names]);
}

const entries = () =>
  [...document.querySelectorAll("#findings details")].map((details) => ({
    title: details.querySelector(".finding-title").textContent,
    lines: details.querySelectorAll(".finding-lines div").length,
  }));

/** The numbers of extents' headers that the page tells, wherever it does. */
const headerNumbers = () => {
  const row = [...document.querySelectorAll("#scan .checked th")].map((cell) => cell.innerText);
  const sums = [...document.querySelectorAll("#checksums tbody tr")].at(-1);
  return {
    checked: row.find((words) => /extent header/.test(words)),
    sums: [...sums.querySelectorAll("td")].map((cell) => cell.innerText),
  };
};

inEachBrowser("What happened in one place", {
  async "is one entry, and each number is the same wherever it is told"(inspector) {
    await inspector.openArchive(inserted);
    await inspector.shows("4 findings, put together by place", "#findings");
    const title = "An extent does not begin where it should";
    assert.deepEqual(await inspector.page.evaluate(entries), [{ title, lines: 4 }]);
    await inspector.clickIn("#findings", /does not begin where it should/);
    await inspector.shows("of the disks are in doubt", "#findings");
    await inspector.shows("at 1 place where one should start there is none", "#scan");
    await inspector.lookAt("#checksums");
    const numbers = { checked: "4 extent headers", sums: ["4", "0"] };
    assert.deepEqual(await inspector.page.evaluate(headerNumbers), numbers);
  },

  async "holds what is missing for it"(inspector) {
    await inspector.openArchive(flipped.path);
    await inspector.shows("3 findings, put together by place", "#findings");
    const title = "An extent's header does not match its checksum";
    assert.deepEqual(await inspector.page.evaluate(entries), [{ title, lines: 3 }]);
    await inspector.clickIn("#findings", /does not match its checksum/);
    await inspector.shows("Parts of a disk are missing.", "#findings");
    await inspector.shows("1 wrong", "#scan");
    await inspector.lookAt("#checksums");
    const numbers = { checked: "4 extent headers", sums: ["4", "1"] };
    assert.deepEqual(await inspector.page.evaluate(headerNumbers), numbers);
  },

  async "is a header that is cut, not one that was changed"(inspector) {
    await inspector.openArchive(stump);
    await inspector.shows("put together by place", "#findings");
    const [entry, ...others] = await inspector.page.evaluate(entries);
    assert.equal(entry.title, "The file ends inside the archive header");
    assert.equal(others.length, 0);
    await inspector.shows("only the first 12 KiB of it are here", "#scan");
    await inspector.shows("none of them is here", "#scan");
    await inspector.shows("cut off", "#archive");
    await inspector.shows("Which there were is not known", "#configs");
    const all = await inspector.page.text("main");
    assert.doesNotMatch(all, /was changed|all agree|\b0 (clusters|extent headers)|There are none/);
  },
});

inEachBrowser("What was not seen", {
  async "of a container is not counted as unpacked"(inspector) {
    await inspector.openArchive(makeFile("headless.vma.zst", headless));
    await inspector.shows("could be unpacked", "#archive");
    const said = await inspector.page.text("#archive");
    const [, number] = /→ ([\d.]+) MiB could be unpacked/.exec(said) ?? [];
    assert.ok(Number(number) <= whole.size / 2 ** 20, said);
  },

  async "in the backup is told as its configuration tells it"(inspector) {
    // Of Proxmox's own making: a map line for a disk that is not in it.
    await inspector.openArchive(join(root, "tests/fixtures/j-nodisk.vma"));
    await inspector.shows("archive does not contain data for drive 'scsi0'", "#proxmox");
    await inspector.shows(/scsi0, 32 GiB, should be in this backup/, "#scan");
    await inspector.shows(
      /scsi0[^]*though a line of the configuration says that it is/,
      "#machine",
    );
    await inspector.shows(/efidisk0[^]*nothing says why/, "#machine");
    assert.doesNotMatch(await inspector.page.text("#scan"), /\b0 clusters/);
  },
});

inEachBrowser("A file that is something else", {
  async "is told by what it is, with what to do"(inspector) {
    const container = tarOf("etc/vzdump/pct.conf", "arch: amd64\n");
    const made = (program, ...options) =>
      execFileSync(program, options, { input: bytes, maxBuffer: 1 << 26 });
    const fourDeep = [1, 2, 3].reduce((bytes) => gzipSync(bytes), packed);
    const log = "INFO: Starting Backup of VM 100 (qemu)\n";
    /** @type {[string, Uint8Array, RegExp, RegExp][]} */
    const files = [
      ["deep.vma.zst.gz", fourDeep, /packed more than/, /again, by zstd.*gunzip FILE/],
      ["vzdump-lxc-101.tar", container, /backup of a container/, /pct restore/],
      ["vzdump-lxc-101.tar.gz", gzipSync(container), /backup of a container/, /pct restore/],
      ["whole.vma.xz", made("xz", "-0", "-c"), /compressed by xz/, /xz -d FILE/],
      ["whole.vma.lz4", made("lz4", "-q", "-c"), /compressed by lz4/, /lz4 -d FILE OUT/],
      [
        "old.tgz",
        gzipSync(oldBackup()),
        /wrote before VMA/,
        /qemu-server.conf[^]*vm-disk-ide0.raw/,
      ],
      ["a.vma.zst", Buffer.from("<!doctype html><title>Login"), /web page/, /anew/],
      ["a.log", Buffer.from(log), /log of a backup/, /ends in .vma.zst/],
      ["zeros.vma", Buffer.alloc(5000), /only zeros/, /4.88 KiB/],
      ["nothing.vma.gz", gzipSync(""), /Nothing comes out/, /compressed by gzip/],
      ["none.vma", Buffer.alloc(0), /zero bytes/, /look at the original/],
    ];
    for (const [name, content, title, text] of files) {
      await inspector.page.choose(makeFile(name, content));
      await inspector.shows(name, "#failure");
      await inspector.shows(title, "#failure");
      await inspector.shows(text, "#failure");
      const said = await inspector.page.text("#failure");
      assert.doesNotMatch(said, /not begin as|Nothing can be restored|fewer than/);
      if (name !== "none.vma") assert.doesNotMatch(said, /What Proxmox/);
    }
  },
});

/** Words in tables that stand on more than one line. */
const brokenWords = () => {
  const broken = [];
  for (const cell of document.querySelectorAll("main :is(th, td)")) {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const { 0: word, index } of node.textContent.matchAll(/[\p{L}\p{N}]+/gu)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const tops = [...range.getClientRects()].map(({ top }) => Math.round(top));
        if (new Set(tops).size > 1) broken.push(word);
      }
    }
  }
  return broken;
};

inEachBrowser(
  "On a narrow screen",
  {
    async "no table breaks inside a word, and nothing lies outside of the page"(inspector) {
      await inspector.openArchive(inserted);
      await inspector.shows("put together by place", "#findings");
      assert.deepEqual(await inspector.page.evaluate(brokenWords), []);
      const over = await inspector.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(over, 0);
    },
  },
  undefined,
  { viewport: { width: 390, height: 844 } },
);
