// The verdict, what Proxmox would say, the file's name, and the report that
// holds all of it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { root } from "../../www/build/tools.mjs";
import { makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const schema = JSON.parse(readFileSync(join(root, "tests/report-1.schema.json"), "utf8"));
const validate = new Ajv({ allErrors: true }).compile(schema);

const conf = makeFile("report.conf", qemuServerConf("drive-scsi0", "drive-efidisk0"));
const named = "vzdump-qemu-100-2024_05_06-07_08_09.vma";
const sound = makeArchive(
  named,
  ...["--disk", "drive-scsi0:12M:mixed:8", "--disk", "drive-efidisk0:540672:dense:7"],
  ...["--config", `qemu-server.conf=${conf}`, "--ctime", "1714979289"],
  ...["--uuid", "0123456789abcdef0123456789abcdef"],
);
const renamed = makeFile("web-2.vma", readFileSync(sound.path));
/** Every other cluster from 1 to 239 of 256 is missing: 120 of them. */
const gaps = Array.from({ length: 120 }, (_, gap) => 2 * gap + 1);
const holed = makeArchive(
  "web-1.vma.zst",
  ...[
    "--disk",
    "drive-scsi0:16M:dense:2",
    "--disk",
    "drive-scsi1:3M:zero",
    "--ctime",
    "1714979289",
  ],
  ...gaps.flatMap((cluster) => ["--leave-out", `1:${cluster}`]),
);
const twice = makeArchive("twice.vma.dat", "--disk", "drive-scsi0:6M:dense:2", "--twice", "1:42");
const hostile = makeArchive("hostile.vma", "--disk", "../<b>x</b>\u202egp:1M:dense:2");

/** Saves the report and gives what is in it, once it fits the schema. */
async function report(inspector) {
  const download = await inspector.page.download(() => inspector.clickIn("#report", /Save report/));
  assert.equal(download.failure, null);
  assert.match(download.fileName, /-report\.json$/);
  const saved = JSON.parse(readFileSync(download.path, "utf8"));
  assert.ok(validate(saved), JSON.stringify(validate.errors, null, 2));
  return saved;
}

const accepts = { verdict: "accepts", message: null };

inEachBrowser("The report of a sound archive", {
  async "says what was checked, against what, and what cannot be"(inspector) {
    await inspector.openArchive(sound.path);
    await inspector.shows("Can be restored", "#scan h2");
    await inspector.shows(/The archive's header\s+its MD5 checksum\s+agrees/, "#scan");
    await inspector.shows(/contents of the disks[^]*nobody can check it/, "#scan");
    await inspector.shows("Proxmox would accept this backup", "#proxmox");
    await inspector.shows("Proxmox takes this name", "#file-name");
    assert.doesNotMatch(await inspector.page.text("main"), /verified/i);
  },

  async "is a file of the documented form"(inspector) {
    await inspector.openArchive(sound.path);
    await inspector.shows("Proxmox would accept", "#proxmox");
    const saved = await report(inspector);
    assert.deepEqual(saved.file, { name: named, size: sound.size });
    assert.equal(saved.header.uuid, "01234567-89ab-cdef-0123-456789abcdef");
    assert.equal(saved.header.createdAt, 1_714_979_289);
    assert.equal(saved.fileName.accepted, true);
    assert.equal(saved.verdict.tone, "good");
    const all = { list: accepts, verify: accepts, extract: accepts };
    assert.deepEqual(saved.proxmox, { unpacks: "not-packed", ...all });
    assert.equal(saved.scan.extents.count, sound.extents);
    const sizes = saved.devices.map(({ name, size, sha256, lost }) => [name, size, sha256, lost]);
    const none = { count: 0, bytes: 0, ranges: [] };
    assert.deepEqual(
      sizes,
      sound.disks.map(({ name, size }) => [name, size, null, none]),
    );
    assert.deepEqual(saved.findings, []);
    assert.equal(saved.configs[0].text, readFileSync(conf, "utf8"));
    assert.equal(saved.machine.name, "web-1");
  },

  async "fits on one page of paper"(inspector) {
    await inspector.openArchive(sound.path);
    await inspector.shows("Proxmox would accept", "#proxmox");
    const pdf = await inspector.page.pdf?.();
    if (!pdf) return;
    const pages = Buffer.from(pdf)
      .toString("latin1")
      .match(/\/Type\s*\/Page\b/g);
    assert.equal(pages?.length, 1);
  },
});

inEachBrowser("The report of a damaged archive", {
  async "says how much of which disk is lost, and where"(inspector) {
    await inspector.openArchive(holed.path);
    const title = "This backup is damaged: 7.5 MiB (47 %) of drive-scsi0 are lost";
    await inspector.shows(title, "#scan");
    await inspector.shows("7.5 MiB of it, in 120 ranges", "#damage");
    // The second one: cluster 3.
    await inspector.shows("196,608", "#damage");
  },

  async "tells Proxmox's own words, and where they come"(inspector) {
    await inspector.openArchive(holed.path);
    await inspector.shows(/vma verify\s+accepted/, "#proxmox");
    const message = "restore failed - detected missing cluster 1 for stream drive-scsi0";
    await inspector.shows(message, "#proxmox");
    await inspector.openArchive(twice.path);
    const twiceSaid = "verify failed - found duplicated cluster 42 for stream drive-scsi0";
    await inspector.shows(twiceSaid, "#proxmox");
    await inspector.shows("A part of a disk is stored twice", "#proxmox");
  },

  async "gives the right name where Proxmox would not take this one"(inspector) {
    await inspector.openArchive(renamed);
    await inspector.shows("couldn't determine archive info", "#file-name");
    await inspector.shows("vzdump-qemu-<vmid>-2024_05_06-07_08_09.vma", "#file-name");
    // Of one that it would not get through, the name is all that holds it back.
    await inspector.openArchive(twice.path);
    await inspector.shows("couldn't determine archive info", "#file-name");
    await inspector.shows("Do not rename it", "#file-name");
  },

  async "holds every finding and every range"(inspector) {
    await inspector.openArchive(holed.path);
    await inspector.shows("detected missing cluster", "#proxmox");
    const saved = await report(inspector);
    assert.deepEqual(
      saved.findings.map(({ code, deviceId, cluster }) => [code, deviceId, cluster]),
      gaps.map((cluster) => ["cluster-missing", 1, cluster]),
    );
    const [scsi0, scsi1] = saved.devices;
    assert.equal(scsi0.lost.bytes, 120 * 65_536);
    assert.deepEqual(
      scsi0.lost.ranges,
      gaps.map((cluster) => ({ offset: cluster * 65_536, length: 65_536 })),
    );
    assert.equal(scsi1.lost.count, 0);
    assert.equal(saved.fileName.accepted, false);
    assert.equal(saved.fileName.right, "vzdump-qemu-<vmid>-2024_05_06-07_08_09.vma");
  },

  async "comes with a damage map that covers the disk"(inspector) {
    await inspector.openArchive(holed.path);
    const download = await inspector.page.download(() =>
      inspector.clickIn("#damage", /Save damage map/),
    );
    const map = readFileSync(download.path, "utf8");
    const lines = map.split("\n").filter((line) => /^0x\w+ +0x\w+ +[+?-]$/.test(line));
    let end = 0;
    let lost = 0;
    let doubted = 0;
    for (const [at, length, status] of lines.map((line) => line.split(/ +/))) {
      assert.equal(Number(at), end);
      end += Number(length);
      lost += status === "-" ? Number(length) : 0;
      doubted += status === "?" ? Number(length) : 0;
    }
    assert.equal(end, 16 << 20);
    assert.equal(lost, 120 * 65_536);
    // Clusters are left out and nothing is broken: what stands beside them is not sure.
    assert.ok(doubted > 0);
  },
});

/** A machine with a disk that is left out of its backups, and a CD drive. */
const partly = makeArchive(
  "vzdump-qemu-112-2024_05_06-07_08_09.vma",
  ...["--disk", "drive-scsi0:3M:mixed:8", "--ctime", "1714979289"],
  "--config",
  `qemu-server.conf=${makeFile(
    "partly.conf",
    `${qemuServerConf("drive-scsi0")}ide2: none,media=cdrom\nscsi2: ceph:vm-112-disk-2,backup=0,size=2T\n`,
  )}`,
);

inEachBrowser("A restore in Proxmox", {
  async "comes first, with what the host decides and a command to copy"(inspector) {
    await inspector.openArchive(sound.path);
    await inspector.shows(/qmrestore\s+accepted[\s\S]*vma list\s+accepted/, "#proxmox");
    await inspector.shows("the storage local-lvm (for scsi0, efidisk0)", "#proxmox");
    await inspector.shows(`qmrestore ${named} VMID --storage STORAGE`, "#proxmox");
  },

  async "that would fail is not to be made over the old machine"(inspector) {
    await inspector.openArchive(holed.path);
    await inspector.shows("unable to read qemu-server.conf", "#proxmox");
    await inspector.shows(
      "Do not restore it over the old machine: Proxmox deletes that one's disks before it reads this backup, and the new ones when it fails",
      "#proxmox",
    );
    await inspector.shows("What is there can still be saved here.", "#proxmox");
  },

  async "does not bring back a disk that was left out, which is told before anything green"(
    inspector,
  ) {
    await inspector.openArchive(partly.path);
    await inspector.shows("Can be restored, without scsi2", "#scan h2");
    const words = "scsi2, 2 TiB, is not in this backup: it was excluded (backup=0).";
    await inspector.shows(words, "#scan");
    await inspector.shows("its line becomes a comment in the machine's notes", "#proxmox");
    await inspector.shows(/ide2[^\n]*a CD drive, which is in no backup/, "#machine");
    await inspector.shows(/scsi2[^\n]*excluded \(backup=0\)/, "#machine");
    const saved = await report(inspector);
    assert.equal(saved.verdict.tone, "warning");
    assert.equal(saved.restore.decided, true);
    assert.deepEqual(saved.restore.deaths, []);
  },
});

inEachBrowser("What Proxmox would say", {
  async "is told of a file that is no archive"(inspector) {
    await inspector.page.choose(makeFile("photo.jpg", Buffer.alloc(20_000, 7)));
    await inspector.shows("not a vma file - wrong magic number", "#failure");
    await inspector.page.choose(makeFile("short.vma", "VMA\0"));
    await inspector.shows("can't read vma header - got EOF", "#failure");
  },

  async "shows names out of the file as text"(inspector) {
    await inspector.openArchive(hostile.path);
    await inspector.shows("can't create file tmp-disk-../<b>x</b>", "#proxmox");
    await inspector.shows("U+202E", "#proxmox");
    const saved = await report(inspector);
    assert.equal(saved.devices[0].name, "../<b>x</b>\u202egp");
  },
});
