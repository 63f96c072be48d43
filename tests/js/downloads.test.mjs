// Downloads that the page starts by going to an address, with a browser that asks for it at
// once, late or never.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { Downloads } from "../../www/page/saving/downloads.js";

/** A Service Worker that takes orders, and the addresses that the page went to. */
class Browser {
  orders = [];
  visited = [];

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
  define("location", {
    set href(address) {
      browser.visited.push(address.split("/").at(-1));
    },
  });
  downloads = new Downloads({ active });
});

afterEach(() => {
  for (const { control, image } of browser.orders) {
    control.close();
    image.close();
  }
  mock.timers.reset();
  delete globalThis.location;
});

async function say(...kinds) {
  for (const kind of kinds) browser.last.postMessage({ kind });
  await settle();
}

describe("A download that the page starts", () => {
  it("is gone to once, if the browser asks for it", async () => {
    const heard = browser.start(downloads, "a");
    await say("registered");
    assert.deepEqual(browser.visited, ["a"]);
    assert.ok(downloads.isNavigating);
    await say("asked");
    mock.timers.tick(60_000);
    await settle();
    await say("started", "done");
    assert.deepEqual(browser.visited, ["a"]);
    assert.deepEqual(heard, ["registered", "asked", "started", "done"]);
    assert.equal(downloads.isNavigating, false);
  });

  it("is gone to again, if the browser does not", async () => {
    browser.start(downloads, "a");
    await say("registered");
    mock.timers.tick(10_000);
    await settle();
    assert.deepEqual(browser.visited, ["a", "a"]);
    await say("asked", "started");
    mock.timers.tick(60_000);
    await settle();
    assert.deepEqual(browser.visited, ["a", "a"]);
  });

  it("is given up, and the next one goes on, if the browser never does", async () => {
    const told = [];
    browser.start(downloads, "a");
    browser.last.onmessage = ({ data }) => {
      told.push(data.kind);
      browser.orders[0].control.postMessage({ kind: "failed" });
    };
    await say("registered");
    for (let i = 0; i < 3; i += 1) {
      mock.timers.tick(10_000);
      await settle();
    }
    assert.deepEqual(browser.visited, ["a", "a", "a"]);
    assert.deepEqual(told, ["cancel"]);
    browser.start(downloads, "b");
    await say("registered");
    assert.equal(browser.visited.at(-1), "b");
  });

  it("waits until another one has begun, which a navigation would cancel", async () => {
    browser.start(downloads, "a");
    await say("registered", "asked");
    const first = browser.last;
    browser.start(downloads, "b");
    await say("registered");
    assert.deepEqual(browser.visited, ["a"]);
    first.postMessage({ kind: "started" });
    await settle();
    assert.deepEqual(browser.visited, ["a", "b"]);
  });
});

function define(name, value) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
