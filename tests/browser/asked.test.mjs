// What the footer counts of the page's requests, held against what its server, by which
// all of them go, has seen.

import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { page as built } from "../../www/build/build.mjs";
import { writePageFiles } from "../../www/build/page-files.mjs";
import { folder, makeArchive } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const archive = makeArchive("asked.vma", "--disk", "drive-scsi0:3M:mixed:5");
const [disk] = archive.disks;
const THREADS = [
  "start.js",
  "worker/worker.js",
  "worker/source/file-stream-worker.js",
  "worker/hashing/hash-worker.js",
];

/** A copy of which each thread asks two other servers for something. */
function talkative() {
  const copy = join(folder, "asking");
  cpSync(built, copy, { recursive: true });
  for (const name of THREADS) {
    const path = join(copy, name);
    const hosts = ["one.test", "other.test"].map((host) => `http://${host}/${name}`);
    const talk = hosts.map((url) => `fetch(${JSON.stringify(url)}, { mode: "no-cors" });`);
    writeFileSync(path, `${talk.join("\n")}\n${readFileSync(path, "utf8")}`);
  }
  // Its policy, by which the page itself is bound without any header.
  const document = join(copy, "index.html");
  const html = readFileSync(document, "utf8").replace(/<meta http-equiv="Content[^>]*>/, "");
  writeFileSync(document, html);
  writePageFiles(copy);
  return copy;
}

const talking = talkative();

const withoutService = () =>
  Object.defineProperty(Navigator.prototype, "serviceWorker", { get: () => undefined });

/** What went to other servers, as the server saw that is every browser's proxy here. */
function sentElsewhere({ server }) {
  const urls = server.takeRequests().map(({ url }) => new URL(url));
  return urls.filter(({ host }) => host.endsWith(".test")).map(({ href }) => href);
}

inEachBrowser("The counter of requests to others", {
  async "stays at nought while a backup is opened, checked and saved"(inspector) {
    await inspector.openArchive(archive.path);
    const saved = await inspector.save(disk.name);
    assert.equal(saved.sha256, disk.sha256);
    await inspector.shows(/since this page was loaded: 0\./, "#requests");
    assert.deepEqual(sentElsewhere(inspector), []);
  },
});

inEachBrowser(
  "The counter of requests to others, of a page that is not ours",
  {
    async "counts those of every thread, as many as were sent"(inspector) {
      await inspector.shows(/since this page was loaded: 8\./, "#requests");
      const sent = sentElsewhere(inspector);
      const expected = THREADS.flatMap((name) =>
        ["one.test", "other.test"].map((host) => `http://${host}/${name}`),
      );
      assert.deepEqual(sent.sort(), expected.sort());
      inspector.page.errors.length = 0;
    },
  },
  withoutService,
  { server: { headers: {}, folder: talking } },
);

inEachBrowser(
  "The counter of requests to others, of a page that is not ours and is bound",
  {
    async "counts none that was stopped"(inspector) {
      await inspector.shows("in its Service Worker, and was stopped in all", "#own-policy");
      await inspector.shows(/since this page was loaded: 0\./, "#requests");
      assert.deepEqual(sentElsewhere(inspector), []);
      // Each thread was told that it may not.
      const stopped = inspector.page.errors.filter((text) => text.includes(".test/"));
      assert.ok(stopped.length > 0);
      inspector.page.errors.length = 0;
    },
  },
  undefined,
  { server: { folder: talking } },
);
