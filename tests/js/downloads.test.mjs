// Downloads that the page has the browser ask for, each in a frame of its own.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { Downloads } from "../../www/page/saving/downloads.js";

/** A Service Worker that takes orders, and the frames that are in the page. */
class Browser {
  orders = [];
  frames = [];

  frame() {
    const frame = { src: "", remove: () => this.frames.splice(this.frames.indexOf(frame), 1) };
    return frame;
  }

  /** Of what is asked for. */
  get asked() {
    return this.frames.map(({ src }) => src.split("/").at(-1));
  }

  start(downloads, id) {
    const heard = [];
    const { port1: image } = new MessageChannel();
    const onMessage = ({ kind }) => heard.push(kind);
    downloads.start({ id, name: "disk.raw", size: 1, image, onMessage });
    return heard;
  }

  /** Its side of the save that was ordered last. */
  get last() {
    return this.orders.at(-1).control;
  }
}

/** Until messages that are under way have arrived: ports of Node are no timers. */
async function settle() {
  for (let i = 0; i < 10; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

let browser;
let downloads;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  browser = new Browser();
  const active = { postMessage: (message) => message.kind === "save" && take(message) };
  const take = (order) => browser.orders.push(order);
  define("navigator", { serviceWorker: { addEventListener: () => {} } });
  const body = { append: (frame) => browser.frames.push(frame) };
  define("document", { body, createElement: () => browser.frame() });
  downloads = new Downloads({ active });
});

afterEach(() => {
  for (const { control, image } of browser.orders) {
    control.close();
    image.close();
  }
  mock.timers.reset();
  delete globalThis.document;
});

async function say(...kinds) {
  for (const kind of kinds) browser.last.postMessage({ kind });
  await settle();
}

describe("A download that the page starts", () => {
  it("is asked for once the Service Worker knows it, and its frame outlives it", async () => {
    const heard = browser.start(downloads, "a");
    await settle();
    assert.deepEqual(browser.asked, []);
    await say("registered");
    assert.deepEqual(browser.asked, ["a"]);
    await say("asked");
    mock.timers.tick(3_600_000);
    await say("started");
    assert.deepEqual(browser.asked, ["a"]);
    await say("done");
    assert.deepEqual(browser.asked, ["a"]);
    assert.deepEqual(heard, ["registered", "asked", "started", "done"]);
  });

  it("leaves the frames of the 32 latest", async () => {
    const ids = Array.from({ length: 34 }, (_, n) => `save-${n}`);
    for (const id of ids) {
      browser.start(downloads, id);
      await say("registered", "asked", "started", "done");
    }
    assert.deepEqual(browser.asked, ids.slice(2));
  });

  it("does not wait for others", async () => {
    for (const id of ["a", "b"]) {
      browser.start(downloads, id);
      await say("registered");
    }
    assert.deepEqual(browser.asked, ["a", "b"]);
  });

  it("is given up, if the browser does not ask for it", async () => {
    const told = [];
    browser.start(downloads, "a");
    browser.last.onmessage = ({ data }) => told.push(data.kind);
    await say("registered");
    mock.timers.tick(59_000);
    await settle();
    assert.deepEqual(told, []);
    mock.timers.tick(1_000);
    await settle();
    assert.deepEqual(told, ["cancel"]);
  });

  it("that was cancelled before is not asked for", async () => {
    browser.start(downloads, "a");
    await say("failed", "registered");
    assert.deepEqual(browser.asked, []);
  });
});

function define(name, value) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
