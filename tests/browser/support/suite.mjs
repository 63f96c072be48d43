// Runs the same tests in each browser, each test on a page of its own: for a person who was
// here before, since a first visit takes twice as long, or for one who was not.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import * as chromium from "./chromium.mjs";
import * as firefox from "./firefox.mjs";
import { Inspector } from "./inspector.mjs";
import { Server } from "./server.mjs";

/**
 * @typedef {object} Options
 * @property {{ width: number, height: number }} [viewport] of each page
 * @property {"first"} [visit] whether each page is the first that its browser sees of it, as
 *   is what does not run as it is served
 * @property {string} [address] of each page, unless it is the server's
 * @property {Parameters<typeof Server.start>[0]} [server]
 */

/**
 * @param {string} title
 * @param {Record<string, (inspector: Inspector) => Promise<void>>} tests by sentence
 * @param {() => void} [beforePage] runs in each page before its own scripts
 * @param {Options} [options]
 */
export function inEachBrowser(title, tests, beforePage, options) {
  inBrowsers([chromium, firefox], title, tests, beforePage, options);
}

/** The same for what only Chromium offers to pages. */
export function inChromium(title, tests, beforePage, options) {
  inBrowsers([chromium], title, tests, beforePage, options);
}

/** The same for what belongs to the browser around a page. */
export function inWholeChromium(title, tests, beforePage, options) {
  inBrowsers([chromium.withAll], title, tests, beforePage, options);
}

function inBrowsers(browsers, title, tests, beforePage, options) {
  for (const browser of browsers) {
    describe(`${title} (${browser.name})`, () => {
      /** @type {Started} */
      let started;
      before(async () => {
        started = await startedFor(browser, options?.server);
      });
      after(async () => {
        // What other suites of the file use as well is ended after the last.
        if (options?.server) await end(started);
      });
      for (const [sentence, test] of Object.entries(tests)) {
        it(sentence, { timeout: 180_000 }, async () => {
          const { server, running } = started;
          server.takeRequests();
          const again = !options?.visit && !options?.server && !options?.address && !beforePage;
          const page = await running.newPage({ again, viewport: options?.viewport });
          try {
            await page.open(beforePage, options?.address);
            await test(new Inspector(server, page));
            assert.deepEqual(page.errors, [], "errors on the console");
          } finally {
            await page.close();
          }
        });
      }
    });
  }
}

/**
 * @typedef {object} Started a browser, and the server that it asks for everything
 * @property {Server} server
 * @property {import("./page.d.ts").TestBrowser} running
 */

/** Those that serve the page as it is, by the browser's name: a start takes seconds. */
const shared = /** @type {Map<string, Promise<Started>>} */ (new Map());

after(async () => {
  for (const started of shared.values()) await end(await started);
});

/**
 * @param {Pick<typeof chromium, "name" | "launch">} browser
 * @param {Options["server"]} serverOptions
 * @returns {Promise<Started>}
 */
async function startedFor(browser, serverOptions) {
  if (serverOptions) return await start(browser, serverOptions);
  const known = shared.get(browser.name) ?? start(browser);
  shared.set(browser.name, known);
  return await known;
}

/**
 * @param {Pick<typeof chromium, "name" | "launch">} browser
 * @param {Options["server"]} [serverOptions]
 * @returns {Promise<Started>}
 */
async function start(browser, serverOptions) {
  const server = await Server.start(serverOptions);
  try {
    return { server, running: await browser.launch(server) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** @param {Started | undefined} started */
async function end(started) {
  await started?.running.close();
  await started?.server.stop();
}
