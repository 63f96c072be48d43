// The parts of the bench that save disks in the page: each way against the
// browser's own limit for it, a format against the programs that make it
// natively, and the memory that it takes.

import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { Told } from "../../www/build/tools.mjs";
import { Inspector } from "../browser/support/inspector.mjs";
import { ThreadMemory } from "./memory.mjs";

/** Pickers that give places in the browser's own storage: no dialog can be driven. */
function withPickers() {
  globalThis.showSaveFilePicker = async ({ suggestedName }) =>
    (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
}

/** A page with the archive open and scanned, and what is saved forgotten at its end. */
async function withArchive({ browser, server }, path, work) {
  const page = await browser.newPage();
  try {
    await page.open(withPickers);
    const inspector = new Inspector(server, page);
    await inspector.openArchive(path);
    // The sizes of all formats are there, and the page is at rest.
    await inspector.shows("libvirt domain");
    return await work(inspector, page);
  } finally {
    await page.close();
  }
}

/** Seconds from the click until a download is complete. */
async function downloaded(page, start) {
  const started = performance.now();
  const saved = await page.download(start);
  if (saved.failure !== null) {
    throw new Told(`A save failed: ${saved.failure}`);
  }
  return { ...saved, seconds: (saved.endedAt - started) / 1000 };
}

/** Saves a disk by a way that ends in a download, or in a picked file. */
export async function saveBy(tools, { path, disk }, way) {
  return await withArchive(tools, path, async (inspector, page) => {
    await inspector.chooseInCard(disk.name, "Where", way);
    const click = () => inspector.clickInCard(disk.name, "Save as raw image");
    if (way.startsWith("To a place")) {
      const started = performance.now();
      await click();
      await inspector.shows("the browser has completed it", "#devices");
      return (performance.now() - started) / 1000;
    }
    const { sha256, path: file, seconds } = await downloaded(page, click);
    rmSync(file);
    if (sha256 !== disk.sha256) {
      throw new Told(`What was saved of ${disk.name} is not the disk.`);
    }
    return seconds;
  });
}

/** The same by the browser alone: constant bytes, or those of a file as they stand. */
export async function writeByItself({ bare }, way, size, chunk, file) {
  const page = await bare.newPage();
  try {
    await page.open();
    await page.waitFor(() => document.title === "ready");
    if (file) await page.choose(file);
    const write = () => page.evaluate((what) => globalThis.write(what), { way, size, chunk });
    if (way === "stage") {
      const { path, seconds } = await downloaded(page, write);
      rmSync(path);
      return seconds;
    }
    const started = performance.now();
    await write();
    return (performance.now() - started) / 1000;
  } finally {
    await page.close();
  }
}

/** Seconds from the click until the disk is there as qcow2, which qemu-img checks. */
export async function qcow2InPage(tools, { path, disk }) {
  return await withArchive(tools, path, async (inspector, page) => {
    await inspector.chooseInCard(disk.name, "Format", "qcow2:");
    const { path: file, seconds } = await downloaded(page, () =>
      inspector.clickInCard(disk.name, "^Save as qcow2"),
    );
    execFileSync("qemu-img", ["check", "-q", "-f", "qcow2", file]);
    rmSync(file);
    return seconds;
  });
}

/** The same as guides on the web have it: the raw disk first, then qemu-img. */
export function qcow2Natively(extract, path) {
  const started = performance.now();
  extract();
  execFileSync("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", `${path}.raw`, `${path}.qcow2`]);
  const seconds = (performance.now() - started) / 1000;
  rmSync(`${path}.raw`);
  rmSync(`${path}.qcow2`);
  return seconds;
}

/**
 * What each thread of the page holds at most while a disk is saved, its hash
 * included as far as it comes; and how large the file is.
 */
export async function memoryOfSave({ browser, server }, { path, disk }, format) {
  const page = await browser.newPage();
  try {
    const memory = await ThreadMemory.of(page);
    await page.open();
    const inspector = new Inspector(server, page);
    await inspector.openArchive(path);
    await inspector.shows("libvirt domain");
    await inspector.chooseInCard(disk.name, "Format", format);
    memory.start();
    const saved = await downloaded(page, () => inspector.clickInCard(disk.name, "^Save as"));
    // Hashing 64 GiB of zeros to the end would take minutes.
    await inspector.shows("SHA-256 of the disk", "#devices");
    rmSync(saved.path);
    return { peaks: await memory.stop(), size: saved.size, seconds: saved.seconds };
  } finally {
    await page.close();
  }
}
