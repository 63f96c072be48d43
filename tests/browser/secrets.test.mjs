// What is not for others to read: in nothing that a person passes on, unless asked
// for; and in the configuration that a person saves, byte for byte.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const SECRET = "correct-horse";

/** A secret in each setting that is one or that holds any text, and in a snapshot's. */
const conf = [
  `#root password: ${SECRET}-1\n`,
  `args: -object secret,id=s0,data=${SECRET}-2\n`,
  `cipassword: ${SECRET}-3\n`,
  "ciuser: admin\n",
  `description: ${SECRET}-4\n`,
  "hostpci0: 0000:01:00.0\n",
  `smbios1: uuid=4c4c4544-0000-2010-8020-80c04f202020,serial=${SECRET}-5\n`,
  `sshkeys: ssh-ed25519%20AAAA%20${SECRET}-6\n`,
  `token: ${SECRET}-7\n`,
  `vga: qxl,password=${SECRET}-8\n`,
  qemuServerConf("drive-scsi0"),
  `[before-update]\n#${SECRET}-9\ncipassword: ${SECRET}-10\n`,
].join("");
const confFile = makeFile("secrets.conf", conf);
const rules = `[RULES]\nIN SSH(ACCEPT) -source 10.0.0.1 # ${SECRET}-11\n`;
const other = `${SECRET}-12\n`;
const archive = makeArchive(
  "vzdump-qemu-100-2024_05_06-07_08_09.vma",
  ...["--disk", "drive-scsi0:3M:mixed:8", "--ctime", "1714979289"],
  ...["--config", `qemu-server.conf=${confFile}`],
  ...["--config", `qemu-server.fw=${makeFile("secrets.fw", rules)}`],
  ...["--config", `vm.key=${makeFile("secrets.key", other)}`],
);
const hidden = makeArchive("hidden.vma", "--disk", "a\u0085b\u202ec\u200bd:1M:dense:2");

async function savedReport(inspector) {
  const download = await inspector.page.download(() => inspector.clickIn("#report", /Save report/));
  return readFileSync(download.path, "utf8");
}

async function open(inspector) {
  await inspector.openArchive(archive.path);
  await inspector.shows(/Proxmox would (have )?accept/, "#proxmox");
  await inspector.page.waitFor(() => !document.querySelector("#elsewhere").hidden);
  await openAll(inspector);
  await inspector.shows("args:", "#elsewhere");
}

async function openAll({ page }) {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
}

inEachBrowser("A backup with secrets in its configuration", {
  async "keeps them out of the report and of the lists, unless they are asked for"(inspector) {
    await open(inspector);
    await inspector.shows("args: ********: left out", "#elsewhere");
    await inspector.shows("cipassword: ********: left out", "#elsewhere");
    await inspector.shows("hostpci0: 0000:01:00.0: left out", "#elsewhere");
    assert.ok(!(await inspector.page.text("#elsewhere")).includes(SECRET));
    await inspector.shows("in which no program finds every secret", "#report");
    const report = await savedReport(inspector);
    assert.ok(!report.includes(SECRET), report.match(new RegExp(`.*${SECRET}.*`))?.[0]);
    const { configs } = JSON.parse(report);
    assert.ok(configs[0].text.includes("\nscsi0: local-lvm:vm-100-disk-0,size=32G\n"));
    assert.deepEqual(
      configs.map(({ masked }) => masked),
      [true, true, true],
    );

    await inspector.clickIn("#report", /Include passwords/);
    await inspector.page.waitFor(
      (words) => document.querySelector("#elsewhere").textContent.includes(words),
      `${SECRET}-2`,
    );
    await openAll(inspector);
    await inspector.shows(`data=${SECRET}-2: left out`, "#elsewhere");
    const whole = JSON.parse(await savedReport(inspector));
    assert.deepEqual(
      whole.configs.map(({ text, masked }) => [text, masked]),
      [conf, rules, other].map((text) => [text, false]),
    );

    // The next backup is asked for anew.
    await open(inspector);
    await inspector.shows("args: ********: left out", "#elsewhere");
  },

  async "keeps them off paper"(inspector) {
    const session = await inspector.page.protocol?.();
    if (!session) return;
    await open(inspector);
    await session.send("Emulation.setEmulatedMedia", { media: "print" });
    const paper = await inspector.page.text();
    assert.ok(paper.includes("drive-scsi0"));
    assert.ok(!paper.includes(SECRET));
  },

  async "gives its configuration as it is"(inspector) {
    await open(inspector);
    await inspector.shows(`cipassword: ${SECRET}-3`, "#configs");
    const saved = await inspector.page.download(() => inspector.clickIn("#configs", /^Save$/));
    assert.deepEqual(readFileSync(saved.path), readFileSync(confFile));
  },
});

inEachBrowser("A name with characters that do not show", {
  async "is shown with all of them, on the page and in the report's text"(inspector) {
    await inspector.openArchive(hidden.path);
    await inspector.shows(/aU\+0085bU\+202EcU\+200Bd/, "#devices h3");
    const report = await savedReport(inspector);
    assert.ok(!/[\u0085\u202e\u200b]/.test(report));
    assert.ok(report.includes(String.raw`a\u0085b\u202ec\u200bd`));
    assert.equal(JSON.parse(report).devices[0].name, "a\u0085b\u202ec\u200bd");
  },
});
