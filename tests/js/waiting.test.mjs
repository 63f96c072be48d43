// What a part of the page that is loaded later hears.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Waiting } from "../../www/page/waiting.js";

/** A part that notes what it hears; what is noted; what lets it be there, or fail. */
function loadable() {
  const heard = [];
  const part = {
    handle: ({ type }, state) => heard.push([type, state]),
    draw: (state) => heard.push(["drawn", state]),
  };
  const loads = [];
  const load = () =>
    new Promise((resolve, reject) => loads.push({ done: () => resolve(part), fail: reject }));
  return { heard, loads, load, part };
}

describe("A part that is loaded later", () => {
  it("hears nothing of what happened before it was wanted", async () => {
    const { heard, loads, load } = loadable();
    const waiting = new Waiting(load, () => heard.push(["redrawn"]));
    waiting.handle({ type: "opened" }, 1);
    waiting.draw(1);
    const wanted = waiting.want();
    loads[0].done();
    await wanted;
    assert.deepEqual(heard, [["redrawn"]]);
  });

  it("hears what happened while it was loaded, each with its state, then what happens", async () => {
    const { heard, loads, load } = loadable();
    const waiting = new Waiting(load, () => heard.push(["redrawn"]));
    const wanted = waiting.want();
    waiting.handle({ type: "file-chosen" }, 1);
    waiting.handle({ type: "opened" }, 2);
    await waiting.want();
    assert.equal(loads.length, 1, "it is loaded once");
    loads[0].done();
    await wanted;
    waiting.handle({ type: "trust-arrived" }, 3);
    waiting.draw(3);
    assert.deepEqual(heard, [
      ["file-chosen", 1],
      ["opened", 2],
      ["redrawn"],
      ["trust-arrived", 3],
      ["drawn", 3],
    ]);
  });
});

describe("A part that is being loaded", () => {
  it("hears what it makes happen itself after what happened before", async () => {
    const { heard, loads, load, part } = loadable();
    const waiting = new Waiting(load, () => {});
    const { handle } = part;
    part.handle = (event, state) => {
      handle(event, state);
      if (event.type === "first") waiting.handle({ type: "own" }, state);
    };
    const wanted = waiting.want();
    for (const type of ["first", "second"]) waiting.handle({ type }, 1);
    loads[0].done();
    await wanted;
    assert.deepEqual(
      heard.map(([type]) => type),
      ["first", "second", "own"],
    );
  });

  it("is loaded again where it could not be", async () => {
    const { heard, loads, load } = loadable();
    const waiting = new Waiting(load, () => {});
    const refused = waiting.want();
    waiting.handle({ type: "lost" }, 1);
    loads[0].fail(new Error("no network"));
    await assert.rejects(refused, /no network/);
    const wanted = waiting.want();
    waiting.handle({ type: "heard" }, 2);
    loads[1].done();
    await wanted;
    assert.deepEqual(heard, [["heard", 2]]);
  });
});
