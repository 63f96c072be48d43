// Chromium, driven by Playwright.

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as playwright from "playwright-core";
import { chromium as whole, chromiumShell } from "../../../www/build/programs.mjs";
import { sha256 } from "./archives.mjs";
import { forgetVisits, isPolicyTried, isReady, POLL_EVERY_MS, QUIET } from "./begin.mjs";

export const name = "Chromium";

/** Whatever it would ask of servers on its own account stays off. */
const quiet = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Of a page for which nothing else is asked. */
const USUAL = { width: 1280, height: 720 };

/**
 * @param {import("./server.mjs").Server} server
 * @param {string} executablePath
 */
function optionsFor(server, executablePath) {
  const downloads = mkdtempSync(join(tmpdir(), "vma-inspector-downloads-"));
  return {
    executablePath,
    // As root, Chromium's own sandbox cannot be used.
    args: process.getuid?.() === 0 ? ["--no-sandbox", ...quiet] : quiet,
    downloadsPath: downloads,
    proxy: { server: `http://${server.host}`, bypass: "<-loopback>" },
  };
}

/**
 * With pages that know nothing of each other.
 * @param {import("./server.mjs").Server} server
 * @returns {Promise<import("./page.d.ts").TestBrowser>}
 */
export async function launch(server) {
  return await launched(server, chromiumShell());
}

/** The whole browser, for what the shell of it has nothing of. */
export const withAll = {
  name: `${name}, whole`,
  /** @param {import("./server.mjs").Server} server */
  launch: async (server) => await launched(server, whole()),
};

/**
 * @param {import("./server.mjs").Server} server
 * @param {string} executable
 * @returns {Promise<import("./page.d.ts").TestBrowser>}
 */
async function launched(server, executable) {
  const options = optionsFor(server, executable);
  const browser = await playwright.chromium.launch(options);
  /** The tab that pages which come again are loaded in: a new one costs a process. */
  let kept = null;
  return {
    name,
    version: `Chromium ${browser.version()}`,
    async newPage({ again = false, viewport = USUAL } = {}) {
      const isKept = again && kept && !kept.tab.isClosed();
      const { context, tab } = isKept ? kept : await newTab(browser);
      if (again) kept = { context, tab };
      await tab.setViewportSize(viewport);
      const page = new Page(server, context, tab, () => (again ? undefined : context.close()));
      if (again) await page.forget();
      return page;
    },
    async close() {
      await browser.close();
      rmSync(options.downloadsPath, { recursive: true, force: true });
    },
  };
}

/** @param {playwright.Browser} browser */
async function newTab(browser) {
  const context = await browser.newContext({ acceptDownloads: true });
  const tab = await context.newPage();
  // The page asks before it is left in the middle of a save: the next test does leave it.
  tab.on("dialog", (dialog) => dialog.accept());
  return { context, tab };
}

/**
 * As a person has it: with a profile on the disk, which all pages share. In
 * pages that know nothing of each other, writing into the private file system
 * is ten times as slow.
 * @param {import("./server.mjs").Server} server
 * @returns {Promise<import("./page.d.ts").TestBrowser>}
 */
export async function launchWithProfile(server) {
  const options = optionsFor(server, whole());
  const profile = mkdtempSync(join(tmpdir(), "vma-inspector-profile-"));
  const settings = { ...options, acceptDownloads: true };
  const context = await playwright.chromium.launchPersistentContext(profile, settings);
  return {
    name,
    version: `Chromium ${context.browser()?.version()}`,
    async newPage() {
      const page = await context.newPage();
      return new Page(server, context, page, () => page.close());
    },
    async close() {
      await context.close();
      for (const folder of [options.downloadsPath, profile]) {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** How often a drag is tried. */
const DROPS = 3;

class Page {
  errors = [];
  downloadsBegun = 0;
  downloadsCompleted = 0;
  #server;
  #context;
  #page;
  #end;
  /** What is undone when the page is done with, since its tab may go on. */
  #undo = [];

  constructor(server, context, page, end) {
    this.#end = end;
    this.#server = server;
    this.#context = context;
    this.#page = page;
    this.#on("download", async (download) => {
      this.downloadsBegun += 1;
      const failure = await download.failure();
      this.downloadsCompleted += failure === null ? 1 : 0;
    });
    this.#on("pageerror", (error) => {
      if (!isPolicyTried(String(error))) this.errors.push(String(error));
    });
    this.#on("console", (message) => {
      // For what is no page of ours the browser asks on its own account.
      const isIcon = message.location().url.endsWith("/favicon.ico");
      if (message.type() === "error" && !isPolicyTried(message.text()) && !isIcon) {
        this.errors.push(message.text());
      }
    });
  }

  #on(event, listener) {
    this.#page.on(event, listener);
    this.#undo.push(() => this.#page.off(event, listener));
  }

  async open(before, address = this.#server.url) {
    if (before) {
      await this.#page.addInitScript(before);
    }
    await this.#page.goto(address, { timeout: 90_000 });
    await this.waitFor(isReady);
  }

  /** Forgets what earlier visits have left, but for the Service Worker. */
  async forget() {
    await this.#page.goto(new URL(QUIET, this.#server.url).href, { timeout: 90_000 });
    await this.evaluate(forgetVisits);
  }

  async choose(path) {
    await this.#page.locator("input[type=file]").setInputFiles(path);
  }

  /**
   * Drops a file of the disk onto the middle of the page, as a person does. What the
   * driver loses on the way is dropped again, and said.
   */
  async drop(path) {
    await this.evaluate(() => {
      globalThis.dropsHeard = 0;
      addEventListener("drop", () => (globalThis.dropsHeard += 1), { capture: true });
    });
    for (let left = DROPS - 1; ; left -= 1) {
      await this.#drag(path);
      try {
        return await this.waitFor(() => globalThis.dropsHeard > 0, null, 20_000);
      } catch (error) {
        if (left === 0) throw error;
        console.log(`the page heard of no drop; tries left: ${left}`);
      }
    }
  }

  /** @param {string} path */
  async #drag(path) {
    const session = await this.#context.newCDPSession(this.#page);
    const { width, height } = this.#page.viewportSize();
    const at = { x: Math.round(width / 2), y: Math.round(height / 2) };
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await session.send("Input.dispatchDragEvent", { type, ...at, data });
    }
    await session.detach();
  }

  async click(role, label) {
    await this.#page.getByRole(role, { name: label, exact: true }).click();
  }

  async press(key) {
    await this.#page.keyboard.press(key);
  }

  async text(selector = "body") {
    return await this.#page.locator(selector).innerText();
  }

  async waitFor(predicate, argument, timeout = 90_000) {
    if (predicate.constructor.name !== "AsyncFunction") {
      await this.#page.waitForFunction(predicate, argument, { timeout, polling: POLL_EVERY_MS });
      return;
    }
    // To Playwright a promise is something, whatever comes of it.
    const end = Date.now() + timeout;
    while (!(await this.#page.evaluate(predicate, argument))) {
      if (Date.now() > end) throw new Error(`in ${timeout} ms it did not come true`);
      await this.#page.waitForTimeout(POLL_EVERY_MS);
    }
  }

  async evaluate(work, argument) {
    return await this.#page.evaluate(work, argument);
  }

  /** Ends the page's Worker without a word to the page. */
  async killWorker() {
    const worker = this.#page.workers().find((each) => each.url().endsWith("/worker.js"));
    await worker.evaluate(() => self.close());
  }

  /** Chromium's protocol, for what Playwright has no words for. */
  async protocol() {
    const session = await this.#context.newCDPSession(this.#page);
    // A test may have let go of it before.
    this.#undo.push(() => session.detach().catch(() => undefined));
    return session;
  }

  /** What a click or anything else makes the browser download, to its end. */
  async download(start) {
    const begun = this.#page.waitForEvent("download", { timeout: 60_000 });
    await start();
    const download = await begun;
    const fileName = download.suggestedFilename();
    const failure = await download.failure();
    if (failure !== null) {
      return { fileName, failure };
    }
    const path = await download.path();
    const endedAt = performance.now();
    const { size } = statSync(path);
    return { fileName, failure, path, size, endedAt, sha256: await sha256(path) };
  }

  async screenshot(path) {
    await this.#page.screenshot({ path, fullPage: true });
  }

  async pdf() {
    return await this.#page.pdf({ format: "A4", preferCSSPageSize: true });
  }

  async close() {
    for (const undo of this.#undo) await undo();
    await this.#end();
  }
}
