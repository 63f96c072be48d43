// Runs the same tests in each browser, each test on a page of its own.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import * as chromium from "./chromium.mjs";
import * as firefox from "./firefox.mjs";
import { Inspector } from "./inspector.mjs";
import { Server } from "./server.mjs";

/**
 * @typedef {object} Options
 * @property {{ width: number, height: number }} [viewport] of each page
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

function inBrowsers(browsers, title, tests, beforePage, options) {
  for (const browser of browsers) {
    describe(`${title} (${browser.name})`, () => {
      /** @type {Server} */
      let server;
      /** @type {import("./page.d.ts").TestBrowser} */
      let running;
      before(async () => {
        server = await Server.start(options?.server);
        running = await browser.launch(server);
      });
      after(async () => {
        await running?.close();
        await server?.stop();
      });
      for (const [sentence, test] of Object.entries(tests)) {
        it(sentence, { timeout: 180_000 }, async () => {
          const page = await running.newPage(options?.viewport && { viewport: options.viewport });
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
