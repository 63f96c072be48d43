// Firefox, driven by Puppeteer over WebDriver BiDi.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { firefox as executable } from "../../../www/build/programs.mjs";
import { sha256 } from "./archives.mjs";
import { forgetVisits, isPolicyTried, isReady, POLL_EVERY_MS, QUIET } from "./begin.mjs";

export const name = "Firefox";

/**
 * Whether this is said of a request that the next loading of the page broke off: one
 * that fails is named by its address.
 */
function isBrokenOff(text) {
  return text.includes("Failed to load ‘’. A ServiceWorker intercepted the request");
}

/** A download that has not begun by then never will. */
const BEGINS_WITHIN_MS = 90_000;

/** A busy machine may refuse a start, or reset the connection while it starts. */
const STARTS = 4;

/**
 * Starts it and connects to it; what is refused is tried again, with a new
 * profile, and said.
 * @param {Parameters<typeof puppeteer.launch>[0]} options
 */
async function start(options) {
  for (let left = STARTS - 1; ; left -= 1) {
    try {
      // Resolves once Firefox has said where it listens and has answered there.
      const browser = await puppeteer.launch(options);
      await browser.version();
      return browser;
    } catch (error) {
      if (left === 0) throw error;
      console.log(`Firefox did not start (${error.message}); tries left: ${left}`);
    }
  }
}

/**
 * @param {import("./server.mjs").Server} server
 * @returns {Promise<import("./page.d.ts").TestBrowser>}
 */
export async function launch(server) {
  const downloads = mkdtempSync(join(tmpdir(), "vma-inspector-downloads-"));
  const browser = await start({
    browser: "firefox",
    executablePath: executable(),
    headless: true,
    timeout: 60_000,
    extraPrefsFirefox: {
      "network.proxy.type": 1,
      "network.proxy.http": "127.0.0.1",
      "network.proxy.http_port": server.port,
      "network.proxy.ssl": "127.0.0.1",
      "network.proxy.ssl_port": server.port,
      "network.proxy.no_proxies_on": "",
      "network.proxy.allow_hijacking_localhost": true,
      "browser.download.dir": downloads,
      "browser.download.folderList": 2,
      "browser.download.useDownloadDir": true,
      "browser.download.always_ask_before_handling_new_types": false,
    },
  });
  /** What pages that come again have been to, for as long as the browser runs. */
  let kept = null;
  return {
    name,
    version: (await browser.version()).replace("firefox/", "Firefox "),
    async newPage({ again = false, viewport } = {}) {
      const context = again && kept ? kept : await browser.createBrowserContext();
      if (again) kept = context;
      const tab = await context.newPage();
      if (viewport) await tab.setViewport(viewport);
      const page = new Page(server, again ? tab : context, tab, browser.connection);
      if (again) await page.forget();
      return page;
    },
    async close() {
      await browser.close();
      rmSync(downloads, { recursive: true, force: true });
    },
  };
}

class Page {
  errors = [];
  downloadsBegun = 0;
  downloadsCompleted = 0;
  #server;
  #whole;
  #page;
  #connection;

  constructor(server, whole, page, connection) {
    this.#server = server;
    this.#whole = whole;
    this.#page = page;
    this.#connection = connection;
    connection.on("browsingContext.downloadWillBegin", () => (this.downloadsBegun += 1));
    connection.on("browsingContext.downloadEnd", ({ status }) => {
      this.downloadsCompleted += status === "complete" ? 1 : 0;
    });
    page.on("pageerror", (error) => {
      if (!isPolicyTried(String(error)) && !isBrokenOff(String(error))) {
        this.errors.push(String(error));
      }
    });
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !isPolicyTried(text) && !isBrokenOff(text)) {
        this.errors.push(text);
      }
    });
  }

  async open(before, address = this.#server.url) {
    await this.#page.evaluateOnNewDocument(() => {
      // The driver reaches no Worker: the page's are kept to be ended.
      globalThis.startedWorkers = [];
      globalThis.Worker = class extends Worker {
        constructor(...how) {
          super(...how);
          if (String(how[0]).endsWith("/worker.js")) {
            globalThis.startedWorkers.push(this);
          }
        }
      };
    });
    if (before) {
      await this.#page.evaluateOnNewDocument(before);
    }
    await this.#page.goto(address);
    await this.waitFor(isReady);
  }

  /** Forgets what earlier visits have left, but for the Service Worker. */
  async forget() {
    await this.#page.goto(new URL(QUIET, this.#server.url).href);
    await this.evaluate(forgetVisits);
  }

  async choose(path) {
    const input = await this.#page.$("input[type=file]");
    await input.uploadFile(...[path].flat());
  }

  /**
   * Firefox lets nobody drag a file from outside by remote control. The page
   * gets the events of a drop with a real file in them, from an input.
   */
  async drop(path) {
    await this.#page.evaluate(() => {
      const input = document.createElement("input");
      input.type = "file";
      input.id = "file-to-drop";
      document.body.append(input);
    });
    const input = await this.#page.$("#file-to-drop");
    await input.uploadFile(path);
    await this.#page.evaluate(() => {
      const input = document.querySelector("#file-to-drop");
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(input.files[0]);
      for (const type of ["dragenter", "dragover", "drop"]) {
        const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
        document.querySelector("main").dispatchEvent(event);
      }
      input.remove();
    });
  }

  async click(role, label) {
    await this.#page.locator(`::-p-aria([role="${role}"][name="${label}"])`).click();
  }

  async press(key) {
    await this.#page.keyboard.press(key);
  }

  async text(selector = "body") {
    return await this.#page.$eval(selector, (element) => element.innerText);
  }

  async waitFor(predicate, argument, timeout = 90_000) {
    await this.#page.waitForFunction(predicate, { timeout, polling: POLL_EVERY_MS }, argument);
  }

  async evaluate(work, argument) {
    return await this.#page.evaluate(work, argument);
  }

  /** What a click or anything else makes the browser download, to its end. */
  async download(start) {
    const begun = this.#next("browsingContext.downloadWillBegin");
    /** Ends of downloads: that of one before may come late. */
    const ends = [];
    const note = (end) => ends.push(end);
    this.#connection.on("browsingContext.downloadEnd", note);
    await start();
    const { suggestedFilename: fileName, navigation } = await this.#inTime(begun);
    const isThis = (end) => end.navigation === navigation;
    while (!ends.some(isThis)) await this.#next("browsingContext.downloadEnd");
    this.#connection.off("browsingContext.downloadEnd", note);
    const { status, filepath: path } = ends.find(isThis);
    const endedAt = performance.now();
    if (status !== "complete") {
      return { fileName, failure: status };
    }
    const { size } = statSync(path);
    return { fileName, failure: null, path, size, endedAt, sha256: await sha256(path) };
  }

  /** What comes of `begun`, unless it takes so long that nothing will. */
  async #inTime(begun) {
    const late = new Promise((resolve) => setTimeout(resolve, BEGINS_WITHIN_MS, null).unref());
    const came = await Promise.race([begun, late]);
    assert.ok(came, `no download begins. The page says of saves:\n${await this.text("#saves")}`);
    return came;
  }

  /** An event of WebDriver BiDi that Puppeteer has no words for. */
  #next(event) {
    return new Promise((resolve) => {
      this.#connection.once(event, resolve);
    });
  }

  /** Ends the page's Worker without a word to the page's own code. */
  async killWorker() {
    await this.#page.evaluate(() => globalThis.startedWorkers.at(-1).terminate());
  }

  async screenshot(path) {
    await this.#page.screenshot({ path, fullPage: true });
  }

  async close() {
    await this.#whole.close();
  }
}
