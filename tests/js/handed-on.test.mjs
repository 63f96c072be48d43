// What a person passes on holds nothing of a configuration that is not for others to
// read, unless it was asked for: the report, what is printed, the lists of settings
// that are not carried over.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Ajv from "ajv";
import { root } from "../../www/build/tools.mjs";
import { makeArchive, makeFile } from "../browser/support/archives.mjs";
import { archive, conf, other, rules, SECRET } from "../browser/support/secrets.mjs";
import { partNames, report, show, withSecrets, words } from "./shown-page.mjs";

const schema = JSON.parse(readFileSync(join(root, "tests/report-1.schema.json"), "utf8"));
const fits = new Ajv({ allErrors: true }).compile(schema);
test("by default it is in no report and in no list", async () => {
  show(archive.path);
  const lists = words("elsewhere");
  for (const line of ["args: ********: left out", "cipassword: ********: left out"]) {
    assert.ok(lists.includes(line), `no ${line}`);
  }
  assert.ok(lists.includes("hostpci0: 0000:01:00.0: left out: belongs to the old host"));
  assert.ok(lists.includes("smbios1: uuid=4c4c4544-0000-2010-8020-80c04f202020: left out; "));
  assert.ok(lists.includes("smbios1: serial=********: left out"));
  const text = await report();
  assert.equal(text.match(new RegExp(`.*${SECRET}.*`)), null);
  const saved = JSON.parse(text);
  assert.ok(fits(saved), JSON.stringify(fits.errors));
  assert.deepEqual(
    saved.configs.map(({ masked }) => masked),
    [true, true, true],
  );
  assert.ok(saved.configs[0].text.includes("\nscsi0: local-lvm:vm-100-disk-0,size=32G\n"));
});

test("by default it is in no part of the page but the configuration itself", () => {
  show(archive.path);
  for (const part of partNames().filter((each) => each !== "configs")) {
    assert.ok(!words(part).includes(SECRET), part);
  }
  assert.ok(words("configs").includes(conf));
  const styles = readFileSync(join(root, "www/styles/states.css"), "utf8");
  const printed = styles.slice(styles.indexOf("@media print"));
  assert.match(printed, /#configs,[^{}]*\{\s*display: none;/, "it is on no paper");
});

test("nor is it in what the report tells of the machine, where a line holds more than it should", async () => {
  const odd = `name: web\rcipassword: ${SECRET}\nscsi3: nbd://root:${SECRET}@host/disk,size=1G\n`;
  const config = `qemu-server.conf=${makeFile("odd.conf", odd)}`;
  show(makeArchive("odd.vma", "--disk", "a:1M:dense:2", "--config", config).path);
  const text = await report();
  assert.equal(text.match(new RegExp(`.*${SECRET}.*`)), null);
  const { machine, restore } = JSON.parse(text);
  assert.deepEqual([machine.name, machine.disks[0].volume], ["********", "********"]);
  assert.deepEqual(restore.leftOut.drives[0].volume, "********");
});

test("what is asked for is there as it is, until the next backup is opened", async () => {
  show(archive.path);
  withSecrets(true);
  assert.ok(words("elsewhere").includes(`data=${SECRET}-2: left out`));
  const saved = JSON.parse(await report());
  assert.deepEqual(
    saved.configs.map(({ text, masked }) => [text, masked]),
    [conf, rules, other].map((text) => [text, false]),
  );
  show(archive.path);
  assert.ok(!words("elsewhere").includes(SECRET));
  assert.ok(!(await report()).includes(SECRET));
});

test("what cannot be promised of free text is told beside the box", () => {
  assert.match(words("report"), /free text, in which no program finds every secret/);
});

test("nothing hides in the text of a report, and names are whole in it", async () => {
  const name = `a\u0085b\u202ec\u200b${"d".repeat(1000)}`;
  show(makeArchive("hidden.vma", "--disk", `${name}:1M:dense:2`).path);
  const text = await report();
  assert.doesNotMatch(text, /[\u0085\u202e\u200b]/);
  assert.ok(text.includes(String.raw`a\u0085b\u202ec\u200bd`));
  assert.equal(JSON.parse(text).devices[0].name, name);
  assert.match(words("devices"), /aU\+0085bU\+202EcU\+200Bd+ … \(and \d+ more characters\)/);
});

test("notes are decoded and text, beside the configuration and nowhere else", () => {
  const notes = "#<b>Erst</b> 101%3A root %C3%BC\n#%0A\nname: web\n";
  const config = `qemu-server.conf=${makeFile("notes.conf", notes)}`;
  show(makeArchive("notes.vma", "--disk", "a:1M:dense:2", "--config", config).path);
  assert.ok(words("configs").includes("<b>Erst</b> 101: root ü"));
  assert.ok(!words("machine").includes("Erst") && !words("elsewhere").includes("Erst"));
  withSecrets(true);
  assert.ok(words("elsewhere").includes("<description>&lt;b&gt;Erst&lt;/b&gt; 101: root ü"));
});

test("what would do harm at the first start stands above the list", () => {
  const conf = "net0: virtio,bridge=vmbr0,link_down=1\nscsi0: local:vm-1-disk-0\nname: web\n";
  const config = `qemu-server.conf=${makeFile("harm.conf", conf)}`;
  const disk = ["--disk", "drive-scsi0:1M:dense:2"];
  show(makeArchive("harm.vma", ...disk, "--config", config).path);
  const lists = words("elsewhere");
  const [, told = ""] = lists.split("Before the first start");
  assert.match(told, /^net0: link_down=1: now not connected in VMware alone; .*pull it/);
  assert.ok(words("machine").includes("its cable is pulled"));
});
