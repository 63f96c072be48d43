// The largest that the format allows, in every place where a text out of a file is
// shown: how many elements come of it has a bound.

import assert from "node:assert/strict";
import { makeFile } from "./support/archives.mjs";
import {
  CONFIG_ELEMENTS_MAX,
  CONFIGS,
  conf,
  disk,
  filled,
  LONGEST_MAX,
  MORE_MAX,
  NAME_MAX,
  NAMES,
} from "./support/largest.mjs";
import { inEachBrowser } from "./support/suite.mjs";

/** How much of the page there is, with all of it opened. */
async function measure({ page }) {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  await page.waitFor(() =>
    [...document.querySelectorAll("#configs details > div > p")].every(
      (p) => p.textContent !== "Reading …",
    ),
  );
  return page.evaluate(() => ({
    elements: document.querySelectorAll("*").length,
    longest: Math.max(
      0,
      ...[...document.querySelectorAll("bdi:not(pre bdi)")].map((bdi) => bdi.textContent.length),
    ),
  }));
}

const short = makeFile("short.vma", disk("drive-scsi0"));
inEachBrowser("The longest name that a disk can have", {
  async "makes as few elements as a short one"(inspector) {
    await inspector.openArchive(short);
    const few = (await measure(inspector)).elements;
    for (const [n, [kind, text]] of Object.entries(NAMES).entries()) {
      await inspector.openArchive(makeFile(`long-${n}.vma`, disk(filled(text, NAME_MAX))));
      const { elements, longest } = await measure(inspector);
      assert.ok(elements <= few + MORE_MAX, `${kind}: ${elements} elements, not ${few}`);
      assert.ok(longest < LONGEST_MAX, `${kind}: ${longest} characters`);
    }
  },

  async "is named once for a run, and its length is told"(inspector) {
    const name = `drive-${filled("\u0007", 60_000)}-${filled("x", 5000)}`;
    await inspector.openArchive(makeFile("run.vma", disk(name)));
    await inspector.shows("drive-U+0007 × 60,000-xxx", "#devices");
    await inspector.shows(/x … \(and 4,\d\d\d more characters\)/, "#devices");
  },
});

inEachBrowser("The longest configuration", {
  async "makes few elements, whatever it is full of"(inspector) {
    for (const [n, [kind, data]] of Object.entries(CONFIGS).entries()) {
      await inspector.openArchive(makeFile(`config-${n}.vma`, conf(data)));
      const { elements, longest } = await measure(inspector);
      assert.ok(elements < CONFIG_ELEMENTS_MAX, `${kind}: ${elements} elements`);
      assert.ok(longest < LONGEST_MAX, `${kind}: ${longest} characters`);
    }
  },
});
