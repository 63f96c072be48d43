// What is not for others to read: in nothing that a person passes on, unless asked
// for; and in the configuration that a person saves, byte for byte.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { makeArchive } from "./support/archives.mjs";
import { archive, conf, confFile, other, rules, SECRET } from "./support/secrets.mjs";
import { inChromium, inEachBrowser } from "./support/suite.mjs";

const hidden = makeArchive("hidden.vma", "--disk", "a\u0085b\u202ec\u200bd:1M:dense:2");

async function savedReport(inspector) {
  const download = await inspector.page.download(() => inspector.clickIn("#report", /Save report/));
  return readFileSync(download.path, "utf8");
}

async function open(inspector) {
  await inspector.openArchive(archive.path);
  await inspector.shows(/Proxmox would (have )?accept/, "#proxmox");
  await inspector.lookAt("#elsewhere");
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
    await inspector.lookAt("#elsewhere");
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

  async "gives its configuration as it is"(inspector) {
    await open(inspector);
    await inspector.shows(`cipassword: ${SECRET}-3`, "#configs");
    const saved = await inspector.page.download(() => inspector.clickIn("#configs", /^Save$/));
    assert.deepEqual(readFileSync(saved.path), readFileSync(confFile));
  },
});

// Only Chromium shows here what would be printed.
inChromium("A backup with secrets in its configuration, printed", {
  async "keeps them off paper"(inspector) {
    await open(inspector);
    const session = await inspector.page.protocol();
    await session.send("Emulation.setEmulatedMedia", { media: "print" });
    const paper = await inspector.page.text();
    assert.ok(paper.includes("scsi0"));
    assert.ok(!paper.includes(SECRET));
  },
});

inEachBrowser("A name with characters that do not show", {
  async "is shown with all of them, on the page and in the report's text"(inspector) {
    await inspector.openArchive(hidden.path);
    await inspector.shows(/aU\+0085bU\+202EcU\+200Bd/, "#devices");
    const report = await savedReport(inspector);
    assert.ok(!/[\u0085\u202e\u200b]/.test(report));
    assert.ok(report.includes(String.raw`a\u0085b\u202ec\u200bd`));
    assert.equal(JSON.parse(report).devices[0].name, "a\u0085b\u202ec\u200bd");
  },
});
