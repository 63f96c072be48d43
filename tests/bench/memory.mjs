// How much memory a page of Chromium takes at most while it works: the peak of
// what the system counts for the process that draws the page and runs its
// Workers. That is more than what the Workers hold: the page is in it, and what
// the browser's collector has not yet taken back.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { pid as own } from "node:process";

const KIB = 1024;

/** Watches all renderers of browsers that this process has started. */
export class MemoryWatch {
  #before;

  constructor() {
    const renderers = descendants(own).filter(isRenderer);
    // Makes the system forget the peak so far (proc_pid_clear_refs(5)).
    for (const pid of renderers) writeFileSync(`/proc/${pid}/clear_refs`, "5");
    this.#before = renderers.map((pid) => ({ pid, bytes: figure(pid, "VmRSS") }));
  }

  /** By how many bytes the renderer that grew most has grown at its peak. */
  growth() {
    return Math.max(...this.#before.map(({ pid, bytes }) => figure(pid, "VmHWM") - bytes));
  }
}

function figure(pid, name) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m"))[1]) * KIB;
}

function isRenderer(pid) {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer");
}

function descendants(ancestor) {
  const parents = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const [, parent] = readFileSync(`/proc/${pid}/stat`, "utf8").match(/\) \S (\d+) /);
      parents.set(Number(pid), Number(parent));
    } catch {
      // It has just ended.
    }
  }
  const isBelow = (pid) => pid === ancestor || (pid > 1 && isBelow(parents.get(pid) ?? 0));
  return [...parents.keys()].filter((pid) => pid !== ancestor && isBelow(pid));
}
