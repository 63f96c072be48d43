// A file that changes, or is taken away, while it is open: told once, in view, and nothing
// stays green of which nobody knows any more whether it holds.

import assert from "node:assert/strict";
import { copyFileSync, renameSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { folder, makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const conf = makeFile("gone.conf", qemuServerConf("drive-scsi0"));
const made = makeArchive(
  "gone.tmp",
  ...["--disk", "drive-scsi0:3M:dense:8", "--config", `qemu-server.conf=${conf}`],
);

/** A copy that a test may do with as it likes. */
function copy(vmid) {
  const path = join(folder, `vzdump-qemu-${vmid}-2023_11_14-22_13_20.vma`);
  copyFileSync(made.path, path);
  return path;
}

/** Whatever is green in the page, with all of it drawn. */
const greens = (page) =>
  page.evaluate(() => {
    for (const tab of document.querySelectorAll("[role=tab]:not([hidden])")) tab.click();
    const all = [...document.querySelectorAll('main [data-tone="good"]')];
    // A name is what it is, whatever became of the file.
    return all.filter((each) => !each.closest("#file-name")).map((each) => each.innerText);
  });

/** As when a person comes back to the window. */
const comeBack = (page) => page.evaluate(() => dispatchEvent(new Event("focus")));

/** Notes what is green, in any tab, in the moment in which the page tells what became of the file. */
function watchGone() {
  const section = document.querySelector("#gone");
  const note = () => {
    if (section.hidden) return;
    const all = [...document.querySelectorAll('main [data-tone="good"]')];
    const seen = all.filter((each) => !each.closest("#file-name"));
    globalThis.greenWhenGone ??= seen.map((each) => each.innerText);
  };
  new MutationObserver(note).observe(section, { attributes: true, childList: true });
}

async function opened(inspector, path) {
  await inspector.openArchive(path);
  await inspector.shows("Can be restored", "#scan");
  const seen = await greens(inspector.page);
  assert.ok(seen.length > 2, `green before: ${seen}`);
  // What is green in a tab that is not looked at is taken back as well.
  await inspector.page.evaluate(() => document.querySelector("#tab-restore").click());
  await inspector.page.waitFor(() => !document.querySelector("#panel-restore").hidden);
  await inspector.page.evaluate(watchGone);
}

async function toldOnce(inspector, title) {
  await inspector.shows(title, "#gone");
  await inspector.shows(/Sound on .*, and not read since/, "#scan");
  await inspector.shows("nothing of it is vouched for", "#scan");
  assert.deepEqual(await inspector.page.evaluate(() => globalThis.greenWhenGone), []);
  assert.deepEqual(await greens(inspector.page), []);
  const text = await inspector.page.text("main");
  assert.equal(text.split(title).length, 2, "once");
}

inEachBrowser("A file that was open", {
  async "is told to be gone when it is taken away, and back when it is there again"(inspector) {
    const path = copy(121);
    await opened(inspector, path);
    renameSync(path, `${path}.away`);
    await comeBack(inspector.page);
    await toldOnce(inspector, "The file can no longer be read");
    renameSync(`${path}.away`, path);
    await inspector.clickIn("#gone", /Open it again/);
    await inspector.page.waitFor(() => document.querySelector("#gone").hidden);
    await inspector.shows("Sound on", "#scan");
    await inspector.shows("This browser remembers the scan", "#scan");
    await inspector.clickIn("#scan", /Scan again/);
    await inspector.shows("Can be restored", "#scan");
  },

  async "is told to be shorter when a save comes upon its new end"(inspector) {
    const path = copy(122);
    await opened(inspector, path);
    truncateSync(path, made.size / 2);
    await inspector.clickInCard("drive-scsi0", "^Save$");
    await toldOnce(inspector, /became shorter|can no longer be read/);
  },
});
