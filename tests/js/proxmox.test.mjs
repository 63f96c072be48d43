// The page explains every message that the core foretells of Proxmox's program.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { page } from "../../www/build/build.mjs";
import { root } from "../../www/build/tools.mjs";

const { explanation, printed, proxmoxVerdict } = await import(
  pathToFileURL(join(page, "words/proxmox.js"))
);

const sources = ["file.rs", "header.rs", "reading.rs"].map((file) =>
  readFileSync(join(root, "src/proxmox", file), "utf8"),
);

/** Texts of messages as the core's source has them, with something in the gaps. */
function messages() {
  const texts = sources.flatMap((source) => source.match(/"(?:[^"\\\n]|\\.)+ (?:[^"\\\n]|\\.)+"/g));
  return texts.map((text) => text.slice(1, -1).replaceAll(/%[dus]/g, "7"));
}

/** What makes up a message, and is none. */
const PARTS = [
  /^(File name too long|No such file or directory|Image creation needs|Failed to resize)/,
  /^(Could not create|The image size is too large)/,
  /^tmp-disk-/,
  /^rstate->/,
];

test("every message has its explanation", () => {
  const isPart = (text) => PARTS.some((part) => part.test(text));
  const whole = messages().filter((text) => /^[a-z]/.test(text) && !isPart(text));
  assert.ok(whole.length >= 20, `${whole.length} messages`);
  for (const message of whole) {
    const words = explanation("extract", { verdict: "fails", message });
    assert.ok(words.length > 20, `no words for ${message}`);
  }
});

test("every assertion and the crash have their explanation", () => {
  const assertions = sources.join().match(/"rstate->[^"]+"/g);
  assert.equal(assertions.length, 2);
  for (const text of assertions) {
    const said = { verdict: "aborts", message: text.slice(1, -1) };
    assert.ok(explanation("verify", said).length > 20, text);
    assert.equal(printed("verify", said), `Assertion \`${said.message}' failed.`);
  }
  assert.match(explanation("list", { verdict: "crashes", message: null }), /crashes/);
});

test("messages are shown as a person sees them", () => {
  const print = (command, message) => printed(command, { verdict: "fails", message });
  const lacks = "detected missing cluster 99 for stream drive-scsi0";
  assert.equal(print("extract", lacks), `vma: restore failed - ${lacks}`);
  const uuid = "wrong vma extent uuid";
  assert.equal(print("verify", uuid), `vma: verify failed - ${uuid}`);
  for (const message of ["wrong vma header chechsum", "can't create file tmp-disk-x.raw: why"]) {
    assert.equal(print("extract", message), `vma: ${message}`);
  }
});

test("a container that does not unpack comes before what is in it", () => {
  const accepts = { verdict: "accepts", message: null };
  const all = { list: accepts, verify: accepts, extract: accepts };
  assert.equal(proxmoxVerdict({ unpacks: "not-packed", ...all }).tone, "good");
  assert.equal(proxmoxVerdict({ unpacks: "fails", ...all }).tone, "damage");
  const unknown = { unpacks: "ok", list: accepts, verify: null, extract: null };
  assert.equal(proxmoxVerdict(unknown).tone, "neutral");
});
