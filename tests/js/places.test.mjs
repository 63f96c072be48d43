// What happened in one place is one entry, with what comes of it inside.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { entriesOf, numberOf, placed } = await built("words/places.js");
const { compressionWords } = await built("words/container.js");
const { foreignSentence } = await built("words/foreign.js");
const { loadLater } = await built("words/catalogue.js");
await loadLater();

const finding = (code, offset = null) => ({ code, offset, text: code });
const place = (about, codes, severity = "damage", signs = []) => ({
  about,
  severity,
  findings: codes.map((code) => finding(code)),
  signs: signs.map((code) => finding(code)),
});
const told = (entries) => entries.map(({ codes, severity }) => [codes.join(), severity]);

const absent = place("no-extent-header", ["extent-magic-wrong"], "damage", ["bytes-skipped"]);
const wrong = place("extent-header", ["extent-md5-mismatch"], "damage", ["bytes-skipped"]);
const missing = place("missing", ["cluster-missing", "cluster-missing"]);
const behind = place("behind", ["trailing-bytes"], "warning");

test("places of the same kind are one entry, the worst first", () => {
  const entries = entriesOf([behind, wrong, wrong]);
  assert.deepEqual(told(entries), [
    ["extent-md5-mismatch", "damage"],
    ["trailing-bytes", "warning"],
  ]);
  assert.deepEqual(entries.map(numberOf), [2, 1]);
});

test("what is missing belongs to what happened, if that is one thing", () => {
  const [entry, ...others] = entriesOf([wrong, wrong, missing]);
  assert.deepEqual(entry.codes, ["extent-md5-mismatch", "cluster-missing"]);
  assert.equal(others.length, 0);
  assert.equal(numberOf(entry), 2, "places, and not what is missing");
  assert.equal(entry.places.length, 3, "no finding is left out");
  const several = entriesOf([wrong, absent, missing]);
  assert.equal(several.length, 3);
  assert.equal(numberOf(several.find(({ about }) => about === "missing")), 2);
});

test("what is in doubt makes damage of what stands behind the end", () => {
  assert.equal(entriesOf([behind])[0].severity, "warning");
  const [entry] = entriesOf([behind], 4096);
  assert.deepEqual([entry.severity, entry.doubt], ["damage", 4096]);
  // Nobody can tell which of two things it belongs to.
  assert.deepEqual(
    entriesOf([behind, wrong], 4096).map(({ doubt }) => doubt),
    [0, 0],
  );
});

test("the place in the container stands with what it costs in the archive", () => {
  const lost = { ...place("data", []), findings: [finding("contents-lost", 500)] };
  const packed = (archiveOffset, severity) => ({
    ...finding("container-damaged"),
    archiveOffset,
    severity,
  });
  const [here, there, sum] = [packed(500, "damage"), packed(900, "damage"), packed(500, "warning")];
  const { byPlace, rest } = placed([lost, wrong], [here, there, sum]);
  assert.deepEqual(byPlace.get(lost), [here]);
  assert.equal(byPlace.size, 1);
  assert.deepEqual(rest, [there, sum]);
});

test("of what a container holds only what was unpacked is told", () => {
  const torn = {
    kind: "zstd",
    inside: [],
    contentsSize: 4_400_000,
    unpackedSize: 211_968,
    end: "complete",
    findings: [{ code: "container-damaged", severity: "damage" }],
  };
  assert.equal(
    compressionWords("zstd", 197_900, torn),
    "zstd-compressed, 193 KiB → 207 KiB could be unpacked",
  );
  const whole = { ...torn, contentsSize: 211_968, findings: [] };
  assert.match(compressionWords("zstd", 197_900, whole), /207 KiB unpacked$/);
});

test("a file that is something else is told by what it is, with what to do", () => {
  const file = { packedBy: [], inner: null, members: null, zeros: null };
  const said = (kind, more) => foreignSentence({ ...file, kind, ...more }).text;
  const twice = said("packed-again", { packedBy: ["gzip"], inner: "zstd" });
  assert.match(twice, /compressed by gzip, .* again, by zstd\. .*“gunzip FILE”/);
  assert.match(said("container-backup"), /“pct restore /);
  assert.match(said("tar"), /“tar -xf FILE”/);
  assert.match(said("qcow2"), /“qm disk import /);
  // What has to be unpacked first, and what its own program unpacks.
  const inGzip = { packedBy: ["gzip"] };
  assert.match(said("qcow2", inGzip), /^It is compressed by gzip: .*“gunzip FILE”.*“qm disk /);
  assert.match(said("old-backup", inGzip), /^It is compressed by gzip\. It is a tar/);
});

test("of zeros it is told how much of them was looked at", () => {
  const said = (start, places, isAll) =>
    foreignSentence({
      ...{ kind: "zeros", packedBy: [], inner: null, members: null },
      zeros: { start, places, isAll },
    });
  assert.match(said(5000, 0, true).text, /^All of it, 4\.88 KiB, is zeros/);
  const seen = said(2 ** 24, 64, false);
  assert.match(seen.title, /as far as it was looked at/);
  assert.match(seen.text, /^Its first 16 MiB are zeros, and so are 64 further places/);
  assert.match(said(2 ** 24, 0, false).text, /first 16 MiB are zeros, and nothing behind/);
});
