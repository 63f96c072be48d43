// The page speaks the language of the browser, or the one that was chosen in its footer.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../www/build/tools.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const sentencesIn = (language) =>
  JSON.parse(readFileSync(join(root, "www/words", `${language}.json`), "utf8"));
const german = sentencesIn("de");
const formsOf = (entry) => (typeof entry === "string" ? [entry] : Object.values(entry));
const ofGerman = new Set(Object.values(german).flatMap(formsOf));

/** What is English and no German, with anything in place of the names in it. */
const english = Object.values(sentencesIn("en"))
  .flatMap(formsOf)
  .filter((pattern) => !ofGerman.has(pattern))
  .map((pattern) => {
    const parts = pattern.split(/\{[^}]+\}/).map((part) => part.replace(/[^\w\s]/g, "\\$&"));
    return new RegExp(`^${parts.join(".+")}$`);
  });

/**
 * Every text that shows, and every name for who listens. What the core says stands in
 * monospace or in the lists of settings that are left out, and stays English.
 */
const shownTexts = () => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const place = walker.currentNode.parentElement;
    if (place.closest("pre, code, .finding-lines, noscript, #language [lang]")) continue;
    // Why a setting is left out.
    if (place.closest("#elsewhere li")) continue;
    texts.push(walker.currentNode.data.trim());
  }
  for (const element of document.querySelectorAll("[aria-label]")) texts.push(element.ariaLabel);
  return texts.filter(Boolean);
};

const speakGerman = () => {
  Object.defineProperty(Navigator.prototype, "languages", { get: () => ["de-AT", "en"] });
};

async function assertNoEnglish(inspector) {
  const texts = await inspector.page.evaluate(shownTexts);
  assert.ok(texts.length > 10, `${texts.length} texts`);
  const left = texts.filter((text) => english.some((sentence) => sentence.test(text)));
  assert.deepEqual(left, []);
}

inEachBrowser(
  "In a German browser",
  {
    async "all that the page says is German"({ page, ...rest }) {
      const inspector = { page, ...rest };
      assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
      assert.match(await page.text("#opener"), /Sicherung öffnen/);
      await assertNoEnglish(inspector);
      await page.choose(join(root, "tests/fixtures/j-nodisk.vma"));
      await page.waitFor(() =>
        /Proxmox wird diese Sicherung ablehnen/.test(document.body.innerText),
      );
      for (const tab of ["configuration", "restore", "elsewhere", "details"]) {
        await page.evaluate((id) => document.getElementById(`tab-${id}`).click(), tab);
        await page.waitFor((id) => !document.getElementById(`panel-${id}`).hidden, tab);
        await assertNoEnglish(inspector);
      }
    },

    async "another language is chosen without closing what is open, and kept"({ page }) {
      await page.choose(join(root, "tests/fixtures/j-nodisk.vma"));
      await page.waitFor(() => document.getElementById("head").innerText !== "");
      await page.click("button", "English");
      await page.waitFor(() => /English gilt, sobald/.test(document.body.innerText));
      assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
      await page.open();
      assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
      assert.match(await page.text("#opener"), /Open a backup/);
      assert.match(await page.text("#language"), /^Deutsch$/m);
    },
  },
  speakGerman,
);
