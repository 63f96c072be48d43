// What the files of a disk tell of the machine, as the Worker is asked for it, and where
// its file systems are mounted. What is expected is what was written into the files.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { folder, makeArchive, makeFile } from "../browser/support/archives.mjs";
import { asker, built, holderOf } from "./worker-files.mjs";

const { machineFacts } = await built("worker/files/questions.js");
const { guestLine, mountPoints } = await built("words/guest.js");

const env = { ...process.env, PATH: `/usr/sbin:/sbin:${process.env["PATH"]}` };
const run = (program, ...args) => execFileSync(program, args, { env, cwd: folder, stdio: "pipe" });

const FILES = {
  "etc/os-release": 'PRETTY_NAME="Debian \u202eGNU/Linux 12"\n',
  "etc/hostname": "db01\n",
  "etc/passwd": "root:SECRET:0:0:root:/root:/bin/bash\n",
  "etc/fstab": "UUID=4a1c1c5e-9d5f-4f1f-8f0c-0123456789ab / ext4 defaults 0 1\n",
};
for (const [path, content] of Object.entries(FILES)) {
  const whole = join(folder, "machine", path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, content);
}
run("truncate", "-s", "8M", "machine.img");
run("mke2fs", "-q", "-t", "ext4", "-d", "machine", "machine.img");
const { path: plain } = makeArchive(
  "guest.vma",
  "--disk-from",
  `drive-scsi0=${join(folder, "machine.img")}`,
);
const packed = makeFile("guest.vma.zst", execFileSync("zstd", ["-q", "-c", plain]));

test("the files of a machine are told with what stands in them, plain and packed", async () => {
  for (const path of [plain, packed]) {
    const volume = { deviceId: 1, area: 0, logical: null };
    const told = await machineFacts(holderOf(path), { volume }, asker());
    assert.deepEqual(told, {
      facts: [
        ["system", ["Debian \u202eGNU/Linux 12"], "/etc/os-release"],
        ["hostname", ["db01"], "/etc/hostname"],
        ["user", ["root", "/root"], "/etc/passwd"],
        ["mount", ["UUID=4a1c1c5e-9d5f-4f1f-8f0c-0123456789ab", "/", "ext4"], "/etc/fstab"],
      ].map(([kind, words, path]) => ({ kind, words, seconds: null, path })),
      missed: [],
    });
  }
});

/** A machine whose tables say this. */
const guests = (...facts) => [
  { told: { facts: facts.map(([kind, ...words]) => ({ kind, words })), missed: [] } },
];

test("a name is told unless it is that of the machine, and a registry in use is", () => {
  const line = (name, ...facts) => guestLine(guests(...facts), name);
  assert.deepEqual(line("db01", ["system", "A"], ["system", "A"], ["hostname", "DB01.lan"]), {
    systems: ["A"],
    hosts: [],
    isUnsure: false,
  });
  assert.deepEqual(line(null, ["hostname", "x"], ["unreplayed-log", "SYSTEM"]), {
    systems: [],
    hosts: ["x"],
    isUnsure: true,
  });
  assert.deepEqual(line("web", ["hostname", "db01"]).hosts, ["db01"]);
});

test("a file system is mounted where a table names it by what is its own", () => {
  const area = { offset: 1_048_576, name: "big-data", volume: { uuid: "AB12-34", label: "data" } };
  const disk = { diskId: "a1b2c3d4", areas: [{ group: "vg-one" }] };
  const place = { deviceId: 1, area: 0, logical: null };
  const points = (of, logical, ...facts) =>
    mountPoints(guests(...facts), { place: { ...place, logical }, part: of }, disk);
  const mounted = (spec) => points(area, null, ["mount", spec, "/srv", "ext4"]);
  assert.deepEqual(mounted("UUID=ab12-34"), ["/srv"]);
  assert.deepEqual(mounted('LABEL="data"'), ["/srv"]);
  for (const spec of [
    "UUID=",
    "LABEL=Data",
    "UUID=data",
    "/dev/sda1",
    "data",
    "/dev/vg-one/big-data",
  ]) {
    assert.deepEqual(mounted(spec), [], spec);
  }
  const none = { offset: null, name: "big-data", volume: null };
  const logical = (spec) => points(none, 0, ["mount", spec, "/srv", "ext4"]);
  assert.deepEqual(logical("/dev/mapper/vg--one-big--data"), ["/srv"]);
  assert.deepEqual(logical("/dev/vg-one/big-data"), ["/srv"]);
  assert.deepEqual(logical("/dev/mapper/vg-one-big-data"), []);
  assert.deepEqual(logical("UUID=undefined"), []);
  const drive = (id, offset) => points(area, null, ["drive", "C:", id, offset]);
  assert.deepEqual(drive("a1b2c3d4", "1048576"), ["C:"]);
  assert.deepEqual(drive("a1b2c3d4", "0"), []);
  assert.deepEqual(drive("ffffffff", "1048576"), []);
  assert.deepEqual(points(area, null, ["mount", "UUID=ab12-34", "none", "swap"]), []);
});

test("a partition is known by PARTUUID, PARTLABEL and what udev links to it", () => {
  // As `lsblk -o partuuid,partlabel,label` and `ls /dev/disk/by-*` write them.
  const gpt = "4A1C1C5E-9d5f-4f1f-8f0c-0123456789ab";
  const area = {
    number: 2,
    offset: 1_048_576,
    name: "my data",
    partitionId: gpt.toLowerCase(),
    volume: { uuid: "ab12-34", label: "große Daten" },
  };
  const disk = { diskId: "x", areas: [{ group: null }] };
  const points = (part, logical, spec) => {
    const place = { deviceId: 1, area: 0, logical };
    return mountPoints(guests(["mount", spec, "/srv", "ext4"]), { place, part }, disk).length;
  };
  for (const spec of [
    `PARTUUID=${gpt}`,
    "PARTLABEL=my data",
    'PARTLABEL="my data"',
    "/dev/disk/by-uuid/ab12-34",
    `/dev/disk/by-partuuid/${gpt.toLowerCase()}`,
    "/dev/disk/by-partlabel/my\\x20data",
    "/dev/disk/by-label/gro\\xc3\\x9fe\\x20Daten",
    "/dev/disk/by-label/große\\x20Daten",
  ]) {
    assert.equal(points(area, null, spec), 1, spec);
  }
  for (const spec of [
    "PARTUUID=ab12-34",
    "PARTLABEL=data",
    "/dev/disk/by-id/ab12-34",
    "/dev/disk/by-path/my\\x20data",
    "/dev/disk/by-label/",
  ]) {
    assert.equal(points(area, null, spec), 0, spec);
  }
  // Of an MBR the signature and the number, in hexadecimal.
  const old = { ...area, name: null, partitionId: "a1b2c3d4-0b" };
  assert.equal(points(old, null, "PARTUUID=a1b2c3d4-0b"), 1);
  assert.equal(points(old, null, "PARTUUID=a1b2c3d4-11"), 0);
  const array = { ...area, number: null, name: "host:data", partitionId: null };
  assert.equal(points(array, 0, "/dev/md/data"), 1);
  assert.equal(points(array, 0, "/dev/disk/by-id/md-name-host:data"), 1);
  assert.equal(points(array, 0, "PARTLABEL=host:data"), 0);
});
