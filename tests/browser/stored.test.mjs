// What the page stores in a browser: all of it is known, told, and goes with a button.

import assert from "node:assert/strict";
import { STORED } from "../../www/shared/stored.js";
import { makeArchive } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const archive = makeArchive("stored.vma", "--disk", "drive-scsi0:6M:mixed:5");
const [disk] = archive.disks;
const NOTHING = {
  ...{ folders: [], settings: [], databases: [], caches: [] },
  ...{ services: 0, others: [] },
};

/** Whatever a browser holds of this origin, by the browser's own lists. */
async function everythingStored() {
  const names = [];
  const root = await navigator.storage.getDirectory();
  for await (const name of root.keys()) names.push(name);
  const databases = await indexedDB.databases();
  return {
    folders: names.sort(),
    settings: Object.keys(localStorage),
    databases: databases.map(({ name }) => name),
    caches: await caches.keys(),
    services: (await navigator.serviceWorker.getRegistrations()).length,
    others: [...Object.keys(sessionStorage), ...document.cookie.split(";").filter(Boolean)],
  };
}

/** How many files a folder of the private file system holds. */
async function filesIn(name) {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(name).catch(() => null);
  const names = [];
  for await (const name of folder?.keys() ?? []) names.push(name);
  return names.length;
}

/** Uses whatever the page stores something for. */
async function useAll(inspector) {
  await inspector.clickIn("#kept", /^Remember the last files/);
  await inspector.openArchive(archive.path);
  await inspector.shows("1 scan kept", "#kept");
  // As the choice of it does, which would load the page anew.
  await inspector.page.evaluate(() => localStorage.setItem("language", "en"));
  await inspector.page.evaluate(() => document.querySelector("#keys-button").click());
  // It is loaded when it is asked for.
  await inspector.page.waitFor(() => document.querySelector("dialog.keys[open] input"));
  await inspector.page.evaluate(() => {
    document.querySelector("dialog.keys input").click();
    document.querySelector("dialog.keys").close();
  });
  await saveStaged(inspector);
}

async function saveStaged(inspector) {
  await inspector.chooseInCard(disk.name, "Where", "Into Downloads, by way of the browser");
  await inspector.shows("That copy stays there until you remove it", "#devices");
  const saved = await inspector.save(disk.name);
  assert.deepEqual([saved.failure, saved.sha256], [null, disk.sha256]);
}

inEachBrowser(
  "What the page stores",
  {
    async "is all named in one place"(inspector) {
      await useAll(inspector);
      const found = await inspector.page.evaluate(everythingStored);
      assert.deepEqual(found.folders, [...STORED.folders].sort());
      assert.deepEqual(found.settings.sort(), [...STORED.settings].sort());
      assert.deepEqual(found.databases, STORED.databases);
      assert.equal(found.caches.length, STORED.caches.length);
      assert.ok(found.caches[0].startsWith(STORED.caches[0]), found.caches[0]);
      assert.equal(found.services, 1);
      assert.deepEqual(found.others, []);
    },

    async "goes with one button, which tells how much it is"(inspector) {
      await useAll(inspector);
      await inspector.shows(/ 6(\.0)? MiB of files that were made here/, "#kept");
      await inspector.clickIn("#kept", /^Remove everything that this page keeps$/);
      await inspector.shows("Everything that this page kept in this browser is removed", "#kept");
      assert.deepEqual(await inspector.page.evaluate(everythingStored), NOTHING);
      // What is open goes on, and stores nothing.
      await inspector.clickIn("#scan", /Scan again/);
      await inspector.shows("Scan again", "#scan");
      const saved = await inspector.save(disk.name);
      assert.equal(saved.sha256, disk.sha256);
    },

    async "of a save goes when it is removed, and when the page is opened again"(inspector) {
      await inspector.openArchive(archive.path);
      await saveStaged(inspector);
      assert.equal(await inspector.page.evaluate(filesIn, "staged"), 1);
      await inspector.clickIn("#saves", /^Remove the copy of 6(\.0)? MiB$/);
      await inspector.shows("The copy in the browser's own storage is removed", "#saves");
      assert.equal(await inspector.page.evaluate(filesIn, "staged"), 0);
      await saveStaged(inspector);
      assert.equal(await inspector.page.evaluate(filesIn, "staged"), 1);
      await inspector.page.open();
      await inspector.page.waitFor(filesInNone);
    },
  },
  undefined,
  { visit: "first" },
);

async function filesInNone() {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle("staged").then(
    () => false,
    () => true,
  );
}
