// How many requests it takes until the page is there with all its threads, as its server
// sees them.

import assert from "node:assert/strict";
import { page } from "../../www/build/build.mjs";
import { firstLoad } from "../js/first-load.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const MOST = 20;
const SERVICE = "service-worker.js";

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

inEachBrowser("The requests of a visit", {
  async "are at most 20 on the first, its second loading included, and hardly any on the next"(
    inspector,
  ) {
    const names = await loaded(inspector, first);
    assert.ok(names.length <= MOST, `${names.length}: ${names.join(" ")}`);
    // The first loading: the document and what it names, up to the Service Worker, which
    // then asks for each file of the page.
    const times = (wanted) => names.filter((name) => name === wanted).length;
    // The second loading comes out of what the Service Worker keeps: none but the
    // first loading's files were asked for by anybody else, and that once.
    const twice = names.filter((name) => times(name) > 1);
    const begins = ["index.html", "icon.svg", "styles/page.css", "start.js", SERVICE];
    assert.deepEqual(
      distinct(twice).filter((name) => !begins.includes(name)),
      [],
    );

    const ofPage = await inspector.page.evaluate(ofDocument);
    assert.ok(ofPage.length + 1 <= MOST, ofPage.join(" "));

    await inspector.page.open();
    const next = await loaded(inspector, []);
    assert.ok(next.length <= 1, next.join(" "));
    assert.deepEqual(
      next.filter((name) => name !== SERVICE),
      [],
    );
  },
});

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
