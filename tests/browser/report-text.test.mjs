// The report for other people: as a text for a forum, with what is on the disks, with and
// without the configurations.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { root } from "../../www/build/tools.mjs";
import { folder, makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inChromium, inEachBrowser } from "./support/suite.mjs";

const schema = JSON.parse(readFileSync(join(root, "tests/report-1.schema.json"), "utf8"));
const validate = new Ajv({ allErrors: true }).compile(schema);

const disk = join(folder, "forum.raw");
execFileSync(
  "sh",
  [
    "-c",
    `truncate -s 16M "$F"; mkfs.ext4 -q -L shared -U ${"a".repeat(8)}-1111-4222-8333-444444444444 "$F"`,
  ],
  {
    env: { PATH: "/usr/sbin:/sbin:/usr/bin:/bin", F: disk },
    stdio: "ignore",
  },
);
const conf = `${qemuServerConf("drive-scsi0", "drive-scsi1")}cipassword: hunter2\n`;
const damaged = makeArchive(
  "vzdump-qemu-100-2024_05_06-07_08_09.vma",
  ...["--disk-from", `drive-scsi0=${disk}`, "--disk", "drive-scsi1:6M:dense:2"],
  ...["--leave-out", "2:7", "--leave-out", "2:8", "--ctime", "1714979289"],
  ...["--config", `qemu-server.conf=${makeFile("forum.conf", conf)}`],
);

async function opened(inspector) {
  await inspector.openArchive(damaged.path);
  await inspector.shows("ext4 “shared”", "#devices");
  await inspector.lookAt("#report");
}

async function saved(inspector, label, ending) {
  const download = await inspector.page.download(() => inspector.clickIn("#report", label));
  assert.equal(download.failure, null);
  // A browser numbers files of one name.
  assert.match(download.fileName, new RegExp(`^100-report(\\(\\d\\))?\\.${ending}$`));
  return readFileSync(download.path, "utf8");
}

const savedText = (inspector) => saved(inspector, /^Save as text/, "txt");

inEachBrowser("The report as a text", {
  async "is at most 80 columns wide, and says what the page says"(inspector) {
    await opened(inspector);
    const text = await savedText(inspector);
    const lines = text.split("\n");
    assert.deepEqual(
      lines.filter((line) => [...line].length > 80),
      [],
    );
    const title = await inspector.page.text("#scan h2");
    const words = text.replace(/\s+/g, " ").toLowerCase();
    assert.ok(words.includes(title.replace(/^\W+/, "").toLowerCase()), title);
    for (const told of [
      "vzdump-qemu-100-2024_05_06-07_08_09.vma",
      "web-1 · VM 100 · made 2024-05-06 07:08:09 UTC",
      "drive-scsi0: 16 MiB",
      "ext4 “shared”",
      "drive-scsi1: 6 MiB",
      // Clusters 7 and 8 of 64 KiB.
      "lost: 131,072 bytes from byte 458,752",
      "cores: 4",
      "cipassword: ********",
    ]) {
      assert.ok(words.includes(told.toLowerCase()), told);
    }
    assert.ok(!text.includes("hunter2"));
  },

  async "and as JSON hold the configurations, and secrets, only where they are wanted"(inspector) {
    await opened(inspector);
    const whole = JSON.parse(await saved(inspector, /^Save report/, "json"));
    assert.ok(validate(whole), JSON.stringify(validate.errors, null, 2));
    assert.equal(whole.configs[0].text, conf.replace("hunter2", "********"));
    const [area, ...others] = whole.devices[0].contents.areas;
    assert.deepEqual(others, []);
    // As `blkid -p` says of it.
    const blkid = execFileSync("/usr/sbin/blkid", ["-p", "-o", "export", disk], {
      encoding: "utf8",
    });
    const told = Object.fromEntries(
      blkid
        .trim()
        .split("\n")
        .map((line) => line.split("=")),
    );
    assert.deepEqual(
      [area.volume.kind, area.volume.label, area.volume.uuid],
      [told.TYPE, told.LABEL, told.UUID],
    );
    await inspector.clickIn("#report", /^Include the configurations/);
    await inspector.clickIn("#report", /^Include passwords/);
    const without = JSON.parse(await saved(inspector, /^Save report/, "json"));
    assert.ok(validate(without), JSON.stringify(validate.errors, null, 2));
    assert.deepEqual(
      without.configs.map(({ name, text, masked }) => [name, text, masked]),
      [["qemu-server.conf", null, true]],
    );
    const text = await savedText(inspector);
    assert.ok(!/hunter2|bridge=vmbr0|cipassword/.test(text), text);
    await inspector.clickIn("#report", /^Include the configurations/);
    assert.match(await savedText(inspector), /cipassword: hunter2/);
  },
});

inChromium("The report as a text", {
  async "is copied as it is saved"(inspector) {
    await opened(inspector);
    await inspector.page.evaluate(() => {
      navigator.clipboard.write = async ([item]) => {
        globalThis.copied = await (await item.getType("text/plain")).text();
      };
    });
    await inspector.clickIn("#report", /^Copy as text/);
    await inspector.page.waitFor(() => globalThis.copied);
    const copied = await inspector.page.evaluate(() => globalThis.copied);
    const text = await savedText(inspector);
    const withoutTime = (whole) => whole.replace(/^Report of .*$/m, "");
    assert.equal(withoutTime(copied), withoutTime(text));
  },
});
