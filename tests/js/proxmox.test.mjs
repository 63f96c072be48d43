// The page explains every message that the core foretells of Proxmox's program.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { root } from "../../www/build/tools.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { loadLater } = await built("words/catalogue.js");
await loadLater();
const { explanation, printed } = await built("words/proxmox.js");
const restoreWords = await built("words/restore.js");
const { anyNameCommand, hasPlaceholder } = await built("words/restore-facts.js");

const sources = ["file.rs", "header.rs", "known.rs", "reading.rs"].map((file) =>
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

const accepts = { verdict: "accepts", message: null };
const foretold = { unpacks: "ok", list: accepts, verify: accepts, extract: accepts };

/** What the core gives of a backup of which nothing is wrong. */
function restore(change = {}) {
  return {
    decided: true,
    deaths: [],
    storages: [{ name: "local-lvm", drives: ["scsi0", "efidisk0"] }],
    command: "qmrestore FILE VMID --storage STORAGE",
    unpacker: null,
    warnings: [],
    leftOut: { drives: [], unnamed: [] },
    unreadMaps: [],
    ...change,
  };
}

const death = (code, message = null) => restore({ deaths: [{ code, message }] });

test("a restore is green only if all that the backup decides is known, and nothing ends it", () => {
  const { restoreVerdict } = restoreWords;
  assert.equal(restoreVerdict(restore(), null).tone, "good");
  assert.equal(restoreVerdict(restore({ decided: false }), null).tone, "neutral");
  for (const code of ["header", "no-config", "no-data", "no-mapping", "data", "unpacker"]) {
    assert.equal(restoreVerdict(death(code), null).tone, "damage", code);
  }
  // The name alone is no fault of the backup.
  assert.equal(restoreVerdict(death("name"), null).tone, "warning");
  for (const code of ["becomes-comment", "keeps-old-volume", "machine-too-old"]) {
    const warnings = [{ code, subject: "scsi2", detail: null }];
    assert.equal(restoreVerdict(restore({ warnings }), null).tone, "warning", code);
  }
});

test("each end of a restore is told in Proxmox's words, and explained", () => {
  const { deathWords } = restoreWords;
  const said = "unable to read qemu-server.conf";
  const { printed: words, explained } = deathWords(
    { code: "no-config", message: said },
    restore(),
    foretold,
  );
  assert.equal(words, said);
  assert.match(explained, /no qemu-server\.conf/);
  const extract = { verdict: "fails", message: "wrong vma extent uuid" };
  const data = deathWords({ code: "data", message: extract.message }, restore(), {
    ...foretold,
    extract,
  });
  assert.equal(data.printed, "vma: restore failed - wrong vma extent uuid");
  const unpacker = {
    command: "zstd -q -d -c",
    exit: 1,
    exact: true,
    lines: [{ code: "not-its-format", text: "zstd: x.vma.zst: unsupported format " }],
  };
  const packed = deathWords({ code: "unpacker", message: null }, restore({ unpacker }), foretold);
  assert.equal(packed.printed, "zstd: x.vma.zst: unsupported format");
  assert.match(packed.explained, /“zstd -q -d -c”.*exit code 1/);
});

test("what the host decides is said as a condition", () => {
  const { hostCondition } = restoreWords;
  assert.match(hostCondition(restore()), /the storage local-lvm \(for scsi0, efidisk0\)/);
  assert.equal(anyNameCommand("zstd"), "zstd -dc FILE | qmrestore - VMID --storage STORAGE");
});

test("a command without the file's name says what to put there, and holds nothing of a shell's", () => {
  for (const kind of ["plain", "zstd", "lzop", "gzip", "bzip2"]) {
    const command = anyNameCommand(kind);
    assert.ok(hasPlaceholder(command), command);
    // One pipe of two programs, which every shell has, and words.
    assert.match(command, /^[a-z0-9]+( -dc)? FILE \| qmrestore - VMID --storage STORAGE$/);
  }
  assert.ok(hasPlaceholder("qmrestore FILE VMID --storage STORAGE"));
  assert.ok(!hasPlaceholder("qmrestore FILE.vma VMID --storage STORAGE"));
});

test("every warning of a restored machine has its words", () => {
  const source = readFileSync(join(root, "src/proxmox/restored.rs"), "utf8");
  const codes = source.slice(source.indexOf("fn code("), source.indexOf("const NEW_OPTIONS"));
  const named = [...codes.matchAll(/=> "([a-z-]+)"/g)].map(([, code]) => code);
  assert.ok(named.length >= 9, `${named.length} codes`);
  for (const code of named) {
    const warnings = [{ code, subject: "scsi2", detail: "aio" }];
    assert.equal(restoreWords.restoredWords(restore({ warnings })).length, 1, code);
  }
});
