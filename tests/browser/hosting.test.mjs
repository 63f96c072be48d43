// The page on a plain file server, which sends no headers; where its server is gone;
// and where another program has taken its place.

import assert from "node:assert/strict";
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { page as built } from "../../www/build/build.mjs";
import { writePageFiles } from "../../www/build/page-files.mjs";
import { folder, makeArchive } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const archive = makeArchive("hosted.vma", "--disk", "drive-scsi0:3M:mixed:5");
const [disk] = archive.disks;
const PLAIN = { headers: {} };
const THREADS = {
  page: "start.js",
  worker: "worker/worker.js",
  reader: "worker/source/file-stream-worker.js",
  hasher: "worker/hashing/hash-worker.js",
};
const SERVICE = { service: "service-worker.js" };

/** A copy of the page, to be changed. */
function copyOfThePage(name) {
  const copy = join(folder, name);
  cpSync(built, copy, { recursive: true });
  return copy;
}

/** A copy of which every thread wants to talk to somebody else. */
function talkative() {
  const copy = copyOfThePage("talkative");
  for (const [thread, name] of Object.entries({ ...THREADS, ...SERVICE })) {
    const path = join(copy, name);
    const talk = `fetch("http://elsewhere.test/${thread}", { mode: "no-cors" }).catch(() => {});`;
    writeFileSync(path, `${talk}\n${readFileSync(path, "utf8")}`);
  }
  writePageFiles(copy);
  return copy;
}

/** Who was let through to another server. */
function talkers(inspector) {
  const urls = inspector.server.takeRequests().map(({ url }) => new URL(url));
  return urls.filter(({ host }) => host === "elsewhere.test").map(({ pathname }) => pathname);
}

/** What the browser says of connections that it stopped. */
function forgetTold(inspector) {
  const { errors } = inspector.page;
  const told = errors.filter((text) => text.includes("elsewhere.test"));
  errors.splice(0, errors.length, ...errors.filter((text) => !told.includes(text)));
}

const withoutService = () =>
  Object.defineProperty(Navigator.prototype, "serviceWorker", { get: () => undefined });

const TALKATIVE = { server: { ...PLAIN, folder: talkative() } };

inEachBrowser(
  "On a server that sends no headers",
  {
    async "neither the page nor its Workers reach another server"(inspector) {
      await inspector.shows("in the page and in its Workers, and was stopped", "#own-policy");
      await inspector.openArchive(archive.path);
      const saved = await inspector.save(disk.name);
      assert.equal(saved.sha256, disk.sha256);
      // The Service Worker is not bound by what it gives the others, and the page says so.
      assert.deepEqual(new Set(talkers(inspector)), new Set(["/service"]));
      await inspector.shows("not seen to bind the Service Worker", "#own-policy");
      forgetTold(inspector);
    },

    async "every answer carries the policy once the Service Worker is in charge"(inspector) {
      // The first visit loads once more when it is.
      await inspector.shows("in the page and in its Workers, and was stopped", "#own-policy");
      const names = ["", ...Object.values(THREADS), "core/vma_inspector_bg.wasm"];
      const sent = await inspector.page.evaluate(async (names) => {
        const all = await Promise.all(names.map((name) => fetch(`/${name}`)));
        return all.map(({ headers }) => Object.fromEntries(headers));
      }, names);
      for (const headers of sent) {
        assert.match(headers["content-security-policy"], /connect-src 'self'/);
        assert.equal(headers["cross-origin-opener-policy"], "same-origin");
        assert.equal(headers["cross-origin-embedder-policy"], "require-corp");
        assert.equal(headers["cross-origin-resource-policy"], "same-origin");
        assert.equal(headers["x-content-type-options"], "nosniff");
      }
      assert.equal(sent.at(-1)["content-type"], "application/wasm");
      assert.ok(await inspector.page.evaluate(() => crossOriginIsolated));
      forgetTold(inspector);
    },
  },
  undefined,
  TALKATIVE,
);

inEachBrowser(
  "On a server that sends no headers, without a Service Worker",
  {
    async "the page claims nothing of its Workers, which can reach others"(inspector) {
      await inspector.shows("in the page only", "#own-policy");
      const through = new Set(talkers(inspector));
      assert.deepEqual(through, new Set(["/worker", "/reader", "/hasher"]));
      forgetTold(inspector);
    },
  },
  withoutService,
  TALKATIVE,
);

inEachBrowser("On a server that sends our headers", {
  async "every thread is bound, the Service Worker too"(inspector) {
    await inspector.shows("in its Service Worker, and was stopped in all", "#own-policy");
  },
});

inEachBrowser(
  "When its server is gone",
  {
    async "the page loads, opens a backup and saves a disk"(inspector) {
      // All threads are loaded then: no request is broken off by the next loading.
      await inspector.shows("works with the network unplugged", "#own-policy");
      await inspector.server.stop();
      await inspector.page.open();
      await inspector.openArchive(archive.path);
      const saved = await inspector.save(disk.name);
      assert.deepEqual([saved.failure, saved.sha256], [null, disk.sha256]);
    },
  },
  undefined,
  { server: PLAIN },
);

const changing = copyOfThePage("changing");

inEachBrowser(
  "A newer version",
  {
    async "takes over when it is asked to, and not before"(inspector) {
      // In each browser another change: both browsers' versions lie in this folder.
      const words = `// changed: ${Math.random()}`;
      appendFileSync(join(changing, "main.js"), `\n${words}\n`);
      writePageFiles(changing);
      const loaded = () => inspector.page.evaluate(async () => (await fetch("/main.js")).text());
      await inspector.page.open();
      await inspector.shows("There is a newer version", "#newer");
      await inspector.page.open();
      await inspector.shows("There is a newer version", "#newer");
      assert.ok(!(await loaded()).includes(words));
      // The page goes with the click, so the click is not waited for.
      await inspector.page.evaluate(() => {
        globalThis.isFormer = true;
        const button = document.querySelector("#newer button");
        setTimeout(() => button.click());
      });
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

const replaced = copyOfThePage("replaced");

inEachBrowser(
  "Another program at the page's origin",
  {
    async "gets every request that is not for a file of the page"(inspector) {
      rmSync(join(replaced, "service-worker.js"));
      writeFileSync(join(replaced, "other.txt"), "another program's");
      inspector.server.takeRequests();
      const id = "0".repeat(32);
      const asked = [
        ["POST", "/save/x"],
        ["GET", "/save/x"],
        ["POST", `/vma-inspector-save/${id}`],
        ["GET", `/vma-inspector-save/${id}`],
        ["GET", "/vma-inspector-save/x"],
        ["POST", "/main.js"],
        ["GET", "/main.js?version=2"],
        ["GET", "/other.txt"],
        ["PUT", "/"],
      ];
      const statuses = await inspector.page.evaluate(async (asked) => {
        const all = asked.map(([method, path]) => fetch(path, { method }));
        return (await Promise.all(all)).map(({ status }) => status);
      }, asked);
      const arrived = inspector.server.takeRequests().map(({ method, url }) => {
        const { pathname, search } = new URL(url);
        return [method, pathname + search].join(" ");
      });
      for (const each of asked) assert.ok(arrived.includes(each.join(" ")), each.join(" "));
      assert.deepEqual(statuses, [405, 404, 405, 404, 404, 405, 200, 200, 405]);
      cpSync(join(built, "service-worker.js"), join(replaced, "service-worker.js"));
      inspector.page.errors.length = 0;
    },
  },
  undefined,
  { server: { ...PLAIN, folder: replaced } },
);
