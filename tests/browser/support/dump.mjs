// A web server's folder of backups, as RFC 9110 has it, and with the faults that servers,
// proxies and logins have. It shares no code with what asks it.

import assert from "node:assert/strict";
import { fstatSync, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";

/** What is not hung up on by then never will be. */
const HUNG_UP_WITHIN_MS = 90_000;

/** What is done instead of an answer with a part, by the name of the fault. */
const REFUSED = {
  login: (response) => response.writeHead(302, { Location: "/dump/login.html" }).end(),
  away: (response) => response.writeHead(302, { Location: "http://elsewhere.test/" }).end(),
  page: (response) => page(response, 200),
  unauthorised: (response) => response.writeHead(401).end("Who are you?"),
  forbidden: (response) => page(response, 403),
  missing: (response) => page(response, 404),
  beyond: (response) => response.writeHead(416, { "Content-Range": "bytes */512" }).end(),
  busy: (response) => response.writeHead(503).end(),
  reset: (response) => response.destroy(),
};

/** A page that asks who somebody is. */
function page(response, status) {
  response.writeHead(status, { "Content-Type": "text/html" }).end("<h1>Who are you?</h1>");
}

export class Dump {
  /**
   * What it does wrong from now on: a name of `REFUSED`, or `whole`, `cut`, `broken`, `longer`,
   * `shifted`, `shorter`, `other-total`, `no-range-told`, `gzip`, `unmarked`, `changed-tag`,
   * `changed-date`, `changed-silently`.
   */
  fault = "";
  /** What it does wrong once so many more parts were given. @type {[parts: number, fault: string]} */
  later = [Infinity, ""];
  /** Of parts that were given. */
  bytes = 0;
  /** Of whole files that nobody asked for, until the other side hung up. */
  wholeBytes = 0;
  #files;
  /** Answers with a whole file that have not been hung up on. */
  #whole = new Set();

  /** @param {Record<string, string>} files paths of the disk by names */
  constructor(files) {
    this.#files = new Map(Object.entries(files).map(([name, path]) => [name, openSync(path, "r")]));
  }

  /** How much was sent of whole files, once all of them have been hung up on. */
  async takenOfWhole() {
    for (const deadline = Date.now() + HUNG_UP_WITHIN_MS; this.#whole.size > 0;) {
      const about = [...this.#whole].map((response) => response.socket?.bytesWritten);
      assert.ok(Date.now() < deadline, `nobody hangs up on whole files: ${about} bytes`);
      await sleep(50);
    }
    return this.wholeBytes;
  }

  /**
   * @param {import("node:http").IncomingMessage} request
   * @param {import("node:http").ServerResponse} response
   */
  answer = ({ url, headers }, response) => {
    const { pathname } = new URL(url ?? "", "http://localhost");
    if (!pathname.startsWith("/dump/")) return false;
    const descriptor = this.#files.get(decodeURIComponent(pathname.slice("/dump/".length)));
    if (pathname === "/dump/login.html") page(response, 200);
    else if (descriptor === undefined) response.writeHead(404).end();
    else this.#give(descriptor, headers, response);
    return true;
  };

  #give(descriptor, headers, response) {
    if (--this.later[0] < 0) this.fault = this.later[1];
    const refuse = REFUSED[this.fault];
    if (refuse) return refuse(response);
    const { size } = fstatSync(descriptor);
    const marks = marksOf(this.fault);
    const isOther = (headers["if-match"] ?? marks.ETag) !== marks.ETag;
    if (isOther && this.fault !== "changed-silently") return response.writeHead(412).end();
    const [, from, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
    if (from === undefined || this.fault === "whole") return this.#giveWhole(size, marks, response);
    const start = Number(from);
    if (start >= size) {
      return response.writeHead(416, { "Content-Range": `bytes */${size}` }).end();
    }
    this.#part(descriptor, { start, end: Math.min(Number(last) + 1, size), size, marks }, response);
  }

  /** Goes on until somebody hangs up. */
  #giveWhole(size, marks, response) {
    this.wholeBytes = 0;
    this.#whole.add(response);
    response.on("close", () => this.#whole.delete(response));
    response.writeHead(200, { ...marks, "Content-Length": size });
    const zeros = Buffer.alloc(65_536);
    const more = () => {
      while (!response.destroyed && this.wholeBytes + zeros.length < size) {
        this.wholeBytes += zeros.length;
        if (!response.write(zeros)) return response.once("drain", more);
      }
    };
    more();
  }

  #part(descriptor, { start, end, size, marks }, response) {
    const at = this.fault === "shifted" ? start + 512 : start;
    const bytes = Buffer.alloc(end - start);
    readSync(descriptor, bytes, 0, bytes.length, at);
    const total = this.fault === "other-total" ? size + 512 : size;
    const told = this.fault === "shorter" ? bytes.length - 1 : bytes.length;
    const range = `bytes ${at}-${at + told - 1}/${total}`;
    const body = {
      cut: bytes.subarray(1),
      shorter: bytes.subarray(1),
      longer: Buffer.concat([bytes, bytes]),
      gzip: gzipSync(bytes),
    }[this.fault];
    this.bytes += bytes.length;
    response.writeHead(206, {
      ...marks,
      ...(this.fault !== "no-range-told" && { "Content-Range": range }),
      ...(this.fault === "gzip" && { "Content-Encoding": "gzip" }),
      "Content-Length": (body ?? bytes).length,
    });
    if (this.fault === "broken") response.write(bytes.subarray(0, -1), () => response.destroy());
    else response.end(body ?? bytes);
  }
}

/** By what a server tells that a file is the same. */
function marksOf(fault) {
  const first = { ETag: `"first"`, "Last-Modified": "Mon, 06 May 2024 12:00:00 GMT" };
  if (fault === "unmarked") return {};
  if (fault === "changed-tag" || fault === "changed-silently") {
    return { ...first, ETag: `"second"` };
  }
  const changed = { "Last-Modified": "Tue, 07 May 2024 12:00:00 GMT" };
  return fault === "changed-date" ? { ...first, ...changed } : first;
}

/** Loads the page with the address of a backup. */
export async function openDumped({ page }, name) {
  await page.evaluate((name) => {
    globalThis.isFormer = true;
    history.replaceState(null, "", `#open=dump/${name}`);
    location.reload();
  }, name);
  await page.waitFor(() => !globalThis.isFormer && document.readyState === "complete");
}
