// The package for npm in browsers: its example, as it stands in its paper, in a Worker.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { examples, installed, packed } from "../js/npm-project.mjs";
import { makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const { project } = installed(packed());
const conf = qemuServerConf("drive-scsi0");
const archive = makeArchive(
  "package-browser.vma",
  ...["--disk", "drive-scsi0:8M:mixed:5"],
  ...["--config", `qemu-server.conf=${makeFile("package-browser.conf", conf)}`],
);

// What a bundler makes of the package's name: its entry for browsers.
const [, code] = examples(project);
const entry = "./node_modules/vma-inspector/package/browser.js";
writeFileSync(join(project, "worker.js"), code.replace(`"vma-inspector"`, `"${entry}"`));
writeFileSync(
  join(project, "index.html"),
  `<!doctype html><meta charset="utf-8" /><link rel="icon" href="data:," /><title>Example</title><input id="file-input" type="file" />
   <script type="module" src="page.js"></script>`,
);
writeFileSync(
  join(project, "page.js"),
  `const worker = new Worker("worker.js", { type: "module" });
   globalThis.told = [];
   worker.onmessage = ({ data }) => told.push(data);
   worker.onerror = ({ message }) => told.push({ failed: message });
   document.querySelector("input").onchange = ({ target }) => worker.postMessage(target.files[0]);
   globalThis.onMainThread = async () => {
     const { open } = await import("${entry}");
     return open(new Blob(["VMA"])).catch(({ name, message }) => name + ": " + message);
   };`,
);

// A page of somebody else's has no policy of ours, nor trusted types.
const server = { folder: project, headers: {} };

inEachBrowser(
  "The package for npm",
  {
    async "opens, scans and reads what a person has chosen, in a Worker"(inspector) {
      const { page } = inspector;
      assert.ok(code.trim().split("\n").length <= 10);
      await page.choose(archive.path);
      await page.waitFor(() => globalThis.told.some(({ config, failed }) => config || failed));
      const [last, ...others] = await page.evaluate(() =>
        globalThis.told
          .map(({ config, ...each }) => ({
            ...each,
            config: config && new TextDecoder().decode(config),
          }))
          .reverse(),
      );
      assert.deepEqual(last, { config: conf, extents: archive.extents, findings: [] });
      assert.ok(others.length > 0 && others.every(({ fileBytes }) => fileBytes > 0));
    },

    async "says where a file cannot be read at once"(inspector) {
      const said = await inspector.page.evaluate(() => globalThis.onMainThread());
      assert.equal(said, "TypeError: a Blob can be read at once in a Worker only: open it there");
    },
  },
  undefined,
  { server },
);
