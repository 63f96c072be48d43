import assert from "node:assert/strict";
import { appendFileSync, cpSync } from "node:fs";
import { join } from "node:path";
import { page as built } from "../../www/build/build.mjs";
import { writePageFiles } from "../../www/build/page-files.mjs";
import { folder, makeArchive } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";
const PLAIN = { headers: {} };
const archive = makeArchive("hosted.vma", "--disk", "drive-scsi0:3M:mixed:5");
function copyOfThePage(name) {
  const copy = join(folder, name);
  cpSync(built, copy, { recursive: true });
  return copy;
}
const changing = copyOfThePage("changing");

inEachBrowser(
  "A newer version",
  {
    async "takes over when it is asked to, and not before"(inspector) {
      const words = `const CHANGED = ${Math.random()};`;
      appendFileSync(join(changing, "main.js"), `\n${words}\n`);
      writePageFiles(changing);
 const t0 = performance.now();
      const loaded = () => inspector.page.evaluate(async () => (await fetch("/main.js")).text());
      await inspector.page.open();
      await inspector.shows("There is a newer version", "#newer");
      await inspector.page.open();
      await inspector.shows("There is a newer version", "#newer");
      assert.ok(!(await loaded()).includes(words));
      // The page goes with the click, so the click is not waited for.
      await inspector.page.evaluate(() => {
        globalThis.isFormer = true; console.log('x');
        const button = document.querySelector("#newer button");
        const p = MessagePort.prototype.postMessage; const q = ServiceWorker.prototype.postMessage;
        ServiceWorker.prototype.postMessage = function (m, ...r) { document.title += " sent:" + m.kind + ":" + this.state; return q.call(this, m, ...r); };
        button.addEventListener("click", () => document.title += " clicked");
        setTimeout(() => button.click());
      });
      for (let i = 0; i < 3; i++) { await new Promise((r) => setTimeout(r, 1000)); console.log(await inspector.page.evaluate(async () => { const r = await navigator.serviceWorker.getRegistration(); return JSON.stringify([document.title, history.state, performance.getEntriesByType("resource").map((e) => e.name.split("/").pop() + " " + e.responseStatus + " " + e.transferSize).slice(-6).join(), document.querySelector("#newer").hidden, globalThis.isFormer, document.querySelector("#newer").innerText, r?.active?.state, r?.waiting?.state, r?.installing?.state, navigator.serviceWorker.controller?.state, document.querySelector("#file-input:enabled") !== null]); }).catch(String), inspector.page.errors); }
      await inspector.page.waitFor(
        () => !globalThis.isFormer && document.querySelector("#file-input:enabled") !== null,
      );
      assert.ok((await loaded()).includes(words));
      await inspector.openArchive(archive.path);
    },
  },
  undefined,
  { server: { ...PLAIN, folder: changing } },
);

