// How many requests it takes until the page is there with all its threads, as its server
// sees them.

import assert from "node:assert/strict";
import { page } from "../../www/build/build.mjs";
import { firstLoad } from "../js/first-load.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const MOST = 20;
const SERVICE = "service-worker.js";

/** What the first loading of the very first visit needs. */
const BEGINS = ["index.html", "icon.svg", "styles/page.css", "start.js", SERVICE];

/** Names of the files of the page that its server was asked for since the last time. */
function asked({ server }) {
  const own = server.takeRequests().filter(({ url }) => new URL(url).host === server.host);
  return own.map(({ url }) => new URL(url).pathname.slice(1) || "index.html");
}

/** Each name once, in order. */
const distinct = (names) => [...new Set(names)].sort();

/**
 * Waits until every thread has said which policy it has, and each of these files was asked
 * for; returns what was.
 */
async function loaded(inspector, wanted) {
  await inspector.shows("unplugged", "#own-policy");
  const names = asked(inspector);
  const isLacking = (name) => !names.includes(name);
  for (const until = Date.now() + 60_000; wanted.some(isLacking); names.push(...asked(inspector))) {
    assert.ok(Date.now() < until, `not asked for: ${wanted.filter(isLacking).join(" ")}`);
    await inspector.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
  }
  return names;
}

/** Each file that this document has loaded, as the browser counts. */
const ofDocument = () => performance.getEntriesByType("resource").map(({ name }) => name);

const first = firstLoad(page);

inEachBrowser(
  "The requests of a visit",
  {
    async "are at most 20 on the first, its second loading included, and none on the next"(
      inspector,
    ) {
      const names = await loaded(inspector, first);
      // How often a browser looks for a newer Service Worker is its own affair: Firefox did so
      // four times in one visit.
      const isCheck = (name, at) => name === SERVICE && names.indexOf(name) !== at;
      const all = names.filter((name, at) => !isCheck(name, at));
      // What is loaded when it is asked for is fetched beside, to be kept, and once.
      const needed = all.filter((name) => first.includes(name));
      const later = all.filter((name) => !first.includes(name));
      assert.ok(needed.length <= MOST, `${needed.length}: ${needed.join(" ")}`);
      assert.deepEqual(distinct(later), [...later].sort(), "each once");
      // The first loading asks for what begins the page, the Service Worker last; that then asks
      // for each file of the page, and out of what it keeps comes the second loading.
      const loading = names.slice(0, names.indexOf(SERVICE) + 1);
      const isOfFirst = (name) => BEGINS.includes(name);
      assert.ok(loading.every(isOfFirst) && loading.length <= 6, loading.join(" "));
      const twice = names.filter((name, at) => names.indexOf(name) !== at);
      assert.ok(twice.every(isOfFirst), twice.join(" "));
      // The second loading, as the browser counts, out of what the Service Worker keeps.
      const ofSecond = await inspector.page.evaluate(ofDocument);
      const files = ofSecond.map((url) => new URL(url).pathname.slice(1));
      assert.ok(
        ["start.js", "main.js"].every((name) => files.includes(name)),
        files.join(" "),
      );
      assert.deepEqual(
        files.filter((name) => !first.includes(name)),
        [],
      );
      assert.ok(files.length + 1 <= MOST, files.join(" "));

      await inspector.page.open();
      const next = await loaded(inspector, []);
      assert.deepEqual(
        next.filter((name) => name !== SERVICE),
        [],
      );
    },
  },
  undefined,
  { visit: "first" },
);

inEachBrowser(
  "The requests of a visit without a Service Worker",
  {
    async "are those of what is loaded first, each once"(inspector) {
      const wanted = first.filter((name) => name !== SERVICE);
      const names = await loaded(inspector, wanted);
      assert.deepEqual(distinct(names), distinct(wanted));
      assert.ok(names.length <= MOST, `${names.length}: ${names.join(" ")}`);
      // An icon that is shown as well may be asked for twice.
      assert.deepEqual(
        names.filter((name, at) => names.indexOf(name) !== at && name !== "icon.svg"),
        [],
      );
    },
  },
  () => Object.defineProperty(Navigator.prototype, "serviceWorker", { get: () => undefined }),
);
