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

/**
 * How much each thread of a page holds at most, the page itself and its Workers:
 * the heap of its scripts, and all buffers and wasm memory, garbage included
 * that the collector has not taken yet. By the name of the script.
 */
export class ThreadMemory {
  #session;
  /** @type {Map<string, string>} script by session */
  #threads = new Map();
  /** @type {Map<number, (message: object) => void>} */
  #answers = new Map();
  #asked = 0;
  #watching = false;
  /** @type {Promise<void> | null} */
  #watched = null;
  peaks = {};

  /** Before the page starts its Workers. */
  static async of(page) {
    const memory = new ThreadMemory();
    await memory.#attach(await page.protocol());
    return memory;
  }

  async #attach(session) {
    this.#session = session;
    session.on("Target.attachedToTarget", ({ sessionId, targetInfo: { url } }) => {
      this.#threads.set(sessionId, url.split("/").at(-1));
    });
    session.on("Target.receivedMessageFromTarget", ({ message }) => {
      const answer = JSON.parse(message);
      this.#answers.get(answer.id)?.(answer);
    });
    const options = { autoAttach: true, waitForDebuggerOnStart: false, flatten: false };
    await session.send("Target.setAutoAttach", options);
  }

  start() {
    this.peaks = {};
    this.#watching = true;
    this.#watched = this.#watch();
  }

  async stop() {
    this.#watching = false;
    await this.#watched;
    return this.peaks;
  }

  async #watch() {
    while (this.#watching) {
      this.#note("page", await this.#session.send("Runtime.getHeapUsage"));
      for (const [sessionId, script] of this.#threads) {
        this.#note(script, await this.#ask(sessionId));
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  #ask(sessionId) {
    const id = (this.#asked += 1);
    const message = JSON.stringify({ id, method: "Runtime.getHeapUsage" });
    return new Promise((resolve) => {
      this.#answers.set(id, ({ result }) => resolve(result));
      this.#session.send("Target.sendMessageToTarget", { sessionId, message }).catch(resolve);
    });
  }

  #note(script, usage) {
    const { totalSize = 0, embedderHeapUsedSize = 0, backingStorageSize = 0 } = usage ?? {};
    const bytes = totalSize + embedderHeapUsedSize + backingStorageSize;
    this.peaks[script] = Math.max(this.peaks[script] ?? 0, bytes);
  }
}
