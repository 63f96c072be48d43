// The part of the bench that opens a backup: how long until a person sees what it is, and how
// long the page answers nobody meanwhile, beside a page that shows the file's name alone.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../www/build/tools.mjs";
import { median, row } from "./tables.mjs";

const FACTS_ROUNDS = 20;
const TASK_ROUNDS = 5;
const MOST_DISKS = 254;
/** What is opened, packed as well: its disks. */
const BACKUPS = {
  few: Array.from({ length: 8 }, (_, at) => `drive-scsi${at}:64M:mixed:${at}`),
  many: Array.from({ length: MOST_DISKS }, (_, at) => `drive-${at}:1M:mixed:${at}`),
};
/** Tasks that follow what the page says last are over by then. */
const REST_MS = 1000;

/** Made once: paths, plain and packed. */
function backups(folder, kind) {
  const path = join(folder, `opening-${kind}.vma`);
  const disks = BACKUPS[kind].flatMap((disk) => ["--disk", disk]);
  const writer = join(root, "target/release/make-archive");
  if (!existsSync(path)) execFileSync(writer, ["--out", path, "--no-sha", ...disks]);
  if (!existsSync(`${path}.zst`)) execFileSync("zstd", ["-q", path, "-o", `${path}.zst`]);
  return { plain: path, zst: `${path}.zst` };
}

/**
 * Notes when a file is chosen, when a text stands in a place and a frame has been drawn of it,
 * and how long each task took since. Runs in the page.
 */
function watch({ place, name }) {
  const noted = { started: 0, shown: 0, longest: 0 };
  globalThis.noted = noted;
  const watcher = new MutationObserver(() => {
    const found = document.querySelector(place);
    if (!found?.checkVisibility() || !found.textContent.includes(name)) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => (noted.shown = performance.now())));
  });
  watcher.observe(document.body, { attributes: true, childList: true, subtree: true });
  new PerformanceObserver((list) => {
    const after = list.getEntries().filter(({ startTime }) => startTime > noted.started);
    noted.longest = Math.max(noted.longest, ...after.map(({ duration }) => duration));
  }).observe({ type: "longtask" });
  document.querySelector("input[type=file]").addEventListener(
    "change",
    ({ target }) => {
      noted.started = performance.now();
      if (place === "#name") document.querySelector(place).textContent = target.files[0].name;
    },
    { capture: true, once: true },
  );
}

/** The same of a page that shows the file's name, and does nothing else. */
async function ofEmpty({ bare }, path, rest) {
  const page = await bare.newPage();
  await page.open();
  await page.evaluate(() => {
    const name = document.createElement("p");
    name.id = "name";
    document.body.append(name);
  });
  const wanted = { place: "#name", name: path.split("/").at(-1) };
  const noted = await opened(page, path, wanted, () => true, rest);
  await page.close();
  return noted;
}

/** Until the page has its head filled; and the longest task until all of it is told. */
async function ofPage({ browser }, path, rest) {
  const page = await browser.newPage();
  await page.open();
  await page.evaluate(() => {
    const keep = document.querySelector("#kept input");
    if (keep.checked) keep.click();
  });
  const isTold = () => document.querySelector("#tab-restore")?.checkVisibility();
  const noted = await opened(page, path, { place: "#head", name: "" }, isTold, rest);
  await page.close();
  return noted;
}

/** @returns {Promise<{ facts: number, longest: number }>} milliseconds */
async function opened(page, path, wanted, isTold, rest) {
  await page.evaluate(watch, wanted);
  await page.choose(path);
  await page.waitFor(() => globalThis.noted.shown > 0);
  if (rest > 0) await page.waitFor(isTold);
  await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), rest);
  const { started, shown, longest } = await page.evaluate(() => globalThis.noted);
  return { facts: shown - started, longest };
}

const ms = (number) => `${number.toFixed(0)} ms`;

/** What the page and an empty one take, turn by turn. */
async function inTurn(tools, path, { rounds, rest, take, say }) {
  const [own, empty] = [[], []];
  for (let round = 1; round <= rounds; round += 1) {
    own.push(take(await ofPage(tools, path, rest)));
    empty.push(take(await ofEmpty(tools, path, rest)));
    say(`  round ${round}: ${ms(own.at(-1))}, an empty page: ${ms(empty.at(-1))}`);
  }
  return [median(own), Math.max(...own), median(empty), Math.max(...empty)].map(ms);
}

/**
 * @param {object} tools browsers, as the other parts have them
 * @param {string} folder where archives are kept
 * @param {(line: string) => void} say
 */
export async function openingTable(tools, folder, say) {
  const lines = [];
  const facts = { rounds: FACTS_ROUNDS, rest: 0, take: (noted) => noted.facts, say };
  for (const [kind, path] of Object.entries(backups(folder, "few"))) {
    const took = await inTurn(tools, path, facts);
    lines.push(row(`8 disks, ${kind}: until the first facts are seen`, ...took));
  }
  const tasks = { rounds: TASK_ROUNDS, rest: REST_MS, take: (noted) => noted.longest, say };
  for (const [kind, path] of Object.entries(backups(folder, "many"))) {
    const took = await inTurn(tools, path, tasks);
    lines.push(row(`${MOST_DISKS} disks, ${kind}: the longest task`, ...took));
  }
  const head = row("a backup is opened", "median", "worst", "an empty page", "its worst");
  return [head, row("---", ...Array(4).fill("--:")), ...lines];
}

export const OPENING_ABOUT = `Of ${FACTS_ROUNDS} and ${TASK_ROUNDS} rounds, from choosing the file. Of a task shorter than 50 ms a browser tells nothing: 0 ms.`;
