// When the page is drawn, with frames and without.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Frames } from "../../www/page/frames.js";

/** What a browser runs later: frames and timers, until they are called off. */
class Browser {
  #last = 0;
  frames = new Map();
  timers = new Map();

  request(map, work, detail) {
    map.set(++this.#last, { work, detail });
    return this.#last;
  }

  run(map) {
    const all = [...map.values()];
    map.clear();
    for (const { work } of all) work();
  }
}

const real = new Map(
  ["requestAnimationFrame", "cancelAnimationFrame", "setTimeout", "clearTimeout", "document"].map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)],
  ),
);

let browser;
let drawn;
let frames;

beforeEach(() => {
  browser = new Browser();
  drawn = 0;
  frames = new Frames(() => (drawn += 1));
  define({
    requestAnimationFrame: (work) => browser.request(browser.frames, work),
    cancelAnimationFrame: (id) => browser.frames.delete(id),
    setTimeout: (work, delay) => browser.request(browser.timers, work, delay),
    clearTimeout: (id) => browser.timers.delete(id),
    document: { hidden: false },
  });
});

afterEach(() => {
  for (const [name, descriptor] of real) {
    if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    else delete globalThis[name];
  }
});

describe("A page that is to be drawn", () => {
  it("is drawn once with the next frame, and no timer is left", () => {
    for (let i = 0; i < 3; i += 1) frames.soon();
    assert.equal(drawn, 0);
    browser.run(browser.frames);
    browser.run(browser.timers);
    assert.equal(drawn, 1);
  });

  it("is drawn where no frame comes, and again the next time", () => {
    for (let i = 1; i <= 2; i += 1) {
      frames.soon();
      browser.run(browser.timers);
      assert.equal(drawn, i);
      assert.equal(browser.frames.size, 0, "the frame is no longer asked for");
    }
  });

  it("does not wait for a frame while it is hidden", () => {
    globalThis.document.hidden = true;
    frames.soon();
    assert.deepEqual(
      [...browser.timers.values()].map(({ detail }) => detail),
      [0],
    );
  });
});

describe("A page that is drawn in steps", () => {
  it("has each in a frame of its own", () => {
    const steps = [];
    const stepped = new Frames(
      () => steps.push("first"),
      () => steps.push("rest"),
    );
    stepped.soon();
    browser.run(browser.frames);
    assert.deepEqual(steps, ["first"]);
    browser.run(browser.frames);
    assert.deepEqual(steps, ["first", "rest"]);
    assert.equal(browser.frames.size + browser.timers.size, 0, "no more is due");
    stepped.soon();
    browser.run(browser.frames);
    assert.equal(steps.at(-1), "first", "it begins with what is seen first");
  });

  it("leaves no step out where it has to be drawn again and again", () => {
    const steps = [];
    const stepped = new Frames(
      () => steps.push("first"),
      () => steps.push("rest"),
    );
    for (let i = 0; i < 4; i += 1) {
      stepped.soon();
      browser.run(browser.frames);
    }
    assert.deepEqual(steps, ["first", "rest", "first", "rest"]);
    stepped.now();
    assert.deepEqual(steps.slice(4), ["first", "rest"], "paper waits for no frame");
  });
});

describe("A step of a page that is to be drawn", () => {
  it("goes on in the next frame where it cannot do all in one, before the others", () => {
    const steps = [];
    let left = 2;
    const stepped = new Frames(
      () => void steps.push("first"),
      () => {
        steps.push("many");
        left -= 1;
        return left > 0;
      },
      () => void steps.push("rest"),
    );
    stepped.soon();
    for (let i = 0; i < 4; i += 1) browser.run(browser.frames);
    assert.deepEqual(steps, ["first", "many", "many", "rest"]);
    assert.equal(browser.frames.size + browser.timers.size, 0, "no more is due");
    left = 3;
    stepped.now();
    assert.deepEqual(steps.slice(4), ["first", "many", "many", "many", "rest"]);
  });

  it("is left for what is seen first, wherever it is", () => {
    const steps = [];
    const stepped = new Frames(
      ...["first", "disks", "rest"].map((step) => () => void steps.push(step)),
    );
    stepped.soon();
    browser.run(browser.frames);
    stepped.anew();
    for (let i = 0; i < 3; i += 1) browser.run(browser.frames);
    assert.deepEqual(steps, ["first", "first", "disks", "rest"]);
    assert.equal(browser.frames.size + browser.timers.size, 0, "no more is due");
  });

  it("is followed by the others where it fails", () => {
    const steps = [];
    const stepped = new Frames(
      () => {
        throw new Error("it fails");
      },
      () => void steps.push("rest"),
    );
    stepped.soon();
    assert.throws(() => browser.run(browser.frames), /it fails/);
    browser.run(browser.frames);
    assert.deepEqual(steps, ["rest"]);
  });

  it("needs no frame any more once all is drawn", () => {
    frames.soon();
    frames.now();
    assert.deepEqual([drawn, browser.frames.size, browser.timers.size], [1, 0, 0]);
  });
});

function define(values) {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}
