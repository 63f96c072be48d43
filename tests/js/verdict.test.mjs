// The heading over a backup: never green over what was not compared, is in doubt
// or is not in the backup at all; never a count where the whole is not known.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { verdict } = await built("words/verdict.js");
const { answer } = await built("words/answer.js");
const { nameRemarks } = await built("words/file-name.js");
const { doubtOf, extentHeaders } = await built("words/facts.js");
const { count } = await built("words/numbers.js");
const { checkedRows } = await built("words/checked.js");
const { leftOutSentences, whereItIs } = await built("words/left-out.js");

const CLUSTER = 65_536;

/** A disk of eight clusters. */
function disk(change = {}, clusters = {}) {
  return {
    id: 1,
    storedBytes: 8 * CLUSTER,
    zeroBytes: 0,
    missingBytes: 0,
    doubtBytes: 0,
    clusters: { total: 8, full: 8, partial: 0, zero: 0, missing: 0, twice: 0, cut: 0, ...clusters },
    imageSize: 8 * CLUSTER,
    ...change,
  };
}

const drive = (key, state, size, mapped = false) => ({
  key,
  volume: "",
  size,
  passthrough: false,
  mapped,
  state,
  device: null,
});

/** A plain archive of one disk, scanned to its end. */
function archive({
  overview = {},
  report = {},
  leftOut = null,
  file = {},
  places = null,
  restore = RESTORED,
  fileName = FITTING,
} = {}) {
  const container = {
    kind: "plain",
    inside: [],
    contentsSize: 1 << 20,
    end: "complete",
    checksums: { checked: 0, matched: 0, absent: 0 },
    findings: [],
  };
  return {
    file: { name: "x.vma", size: 1 << 20, ...file },
    overview: {
      devices: [{ id: 1, name: "drive-scsi0", safeName: "drive-scsi0", size: 8 * CLUSTER }],
      configs: [{ index: 0, name: "qemu-server.conf" }],
      totalClusters: 8,
      headerStanding: "sound",
      headerChecksum: { ok: true },
      findings: [],
      ...overview,
    },
    leftOut,
    scan: {
      phase: "done",
      progress: null,
      report: {
        container,
        extents: { count: 1, checked: 1, broken: 0 },
        devices: [disk()],
        findings: [],
        ...report,
      },
    },
    trust: { places, restore },
    fileName,
    lost: new Map(),
  };
}

/** Proxmox restores it, as far as can be foretold. */
const RESTORED = {
  decided: true,
  deaths: [],
  warnings: [],
  leftOut: { drives: [], unnamed: [] },
};
/** The file has a name that fits. */
const FITTING = { remarks: [] };

const finding = (code) => ({ code, text: code });
const place = (about, ...codes) => ({
  about,
  severity: "damage",
  findings: codes.map(finding),
  signs: [],
});

const damage = (code, count = 1) => ({ code, severity: "damage", count, listed: count });
const toneOf = (shown) => verdict(shown).tone;
const rowTones = (shown) => checkedRows(shown).map(({ tone }) => tone);

test("a backup of which all is there can be restored", () => {
  const { tone, title, text, remarks } = answer(archive());
  assert.deepEqual([tone, title, remarks], ["good", "Can be restored", []]);
  assert.match(text, /^Every part is here\. The format has no checksum over the contents/);
  assert.equal(verdict(archive()).title, "This backup is sound");
});

test("nothing is answered before it is known what Proxmox would do", () => {
  assert.equal(answer({ ...archive(), trust: null }), null);
  const running = archive();
  running.scan.phase = "running";
  assert.equal(answer(running), null);
});

test("a disk that was excluded is told before anything green", () => {
  const leftOut = { drives: [drive("scsi2", "excluded", 2 * 2 ** 40)], unnamed: [] };
  const { tone, title, text, remarks } = answer(archive({ leftOut }));
  assert.equal(tone, "warning");
  assert.equal(title, "Can be restored, without scsi2");
  const words = "scsi2, 2 TiB, is not in this backup: it was excluded (backup=0).";
  assert.deepEqual(remarks, [{ tone: "warning", text: words }]);
  assert.doesNotMatch(text, /every part/i);
});

test("a disk that is named and not there, and one that is there and not named", () => {
  const named = { drives: [drive("scsi0", "not-there", 32 * 2 ** 30)], unnamed: [] };
  const [missing] = answer(archive({ leftOut: named })).remarks;
  assert.match(missing.text, /^scsi0, 32 GiB, .* not in this backup/);
  const unnamed = { drives: [], unnamed: [{ name: "drive-scsi0", size: 1 << 20 }] };
  const restore = { ...RESTORED, leftOut: unnamed };
  const { tone, title, remarks } = answer(archive({ leftOut: unnamed, restore }));
  assert.equal(tone, "warning");
  assert.match(title, /^Can be restored, with 2 remarks$/);
  assert.match(remarks[0].text, /^drive-scsi0, 1 MiB, is in this backup, and no drive/);
});

test("what Proxmox refuses is not called restorable, and the old machine is not to be lost", () => {
  const restore = { ...RESTORED, deaths: [{ code: "no-config", message: null }] };
  const { tone, title, text, remarks } = answer(archive({ restore }));
  assert.equal(tone, "damage");
  assert.equal(title, "Proxmox will refuse this backup; everything in it can be saved here");
  assert.match(text, /^Every part is here/);
  assert.match(remarks[0].text, /^Do not restore it over the old machine/);
  // Damage comes first, and that it is refused behind it.
  const devices = [disk({ missingBytes: CLUSTER }, { missing: 1, full: 7 })];
  const damaged = answer(archive({ restore, report: { devices } }));
  assert.match(damaged.title, /^This backup is damaged: 64 KiB/);
  assert.match(damaged.remarks[0].text, /^Do not restore it over the old machine/);
});

test("of what Proxmox refuses nothing is said to be there that nobody has read", () => {
  const restore = { ...RESTORED, deaths: [{ code: "no-config", message: null }] };
  for (const [scan, said] of [
    [{ phase: "stopped", progress: { fileBytes: 1, fileSize: 200 } }, /^The scan was stopped\./],
    [{ phase: "kept", scannedAt: 0 }, /^Sound on .*, and not read since\./],
  ]) {
    const unread = archive({ restore });
    Object.assign(unread.scan, scan);
    const { tone, title, text, more, remarks } = answer(unread);
    assert.deepEqual([tone, title], ["damage", "Proxmox will refuse this backup"]);
    assert.match(text, said);
    assert.doesNotMatch(`${text} ${more}`, /is here|is whole|is missing/);
    assert.match(remarks[0].text, /^Do not restore it over the old machine/);
  }
});

test("a name that Proxmox does not take, and one that tells of another backup, are remarks", () => {
  const restore = { ...RESTORED, deaths: [{ code: "name", message: "no" }] };
  const renamed = answer(archive({ restore }));
  assert.deepEqual(
    [renamed.tone, renamed.title],
    ["warning", "Can be restored once the file is renamed"],
  );
  const remarks = [{ code: "vmid-differs", named: "100", found: "112" }];
  const other = answer(archive({ fileName: { remarks } }));
  assert.deepEqual([other.tone, other.title], ["warning", "Can be restored, with a remark"]);
  assert.match(other.remarks[0].text, /machine 100, .* belong to 112/);
});

test("what was found earlier, and what nobody can foretell, is not green", () => {
  const kept = archive();
  Object.assign(kept.scan, { phase: "kept", scannedAt: 0 });
  assert.equal(answer(kept).tone, "neutral");
  assert.match(answer(kept).title, /^Sound on .*, and not read since$/);
  const undecided = answer(archive({ restore: { ...RESTORED, decided: false } }));
  assert.notEqual(undecided.title, "Can be restored");
});

test("CD and cloud-init drives are no disks that one would miss", () => {
  const drives = [drive("ide2", "cdrom", null), drive("ide0", "cloud-init", 4 << 20)];
  assert.equal(answer(archive({ leftOut: { drives, unnamed: [] } })).tone, "good");
});

test("nothing is lost of nothing, and nothing of it is green", () => {
  const overview = { devices: [], totalClusters: 0 };
  const report = { devices: [], extents: { count: 0, checked: 0, broken: 0 } };
  const empty = archive({ overview, report });
  assert.equal(toneOf(empty), "neutral");
  const drives = [drive("scsi0", "not-there", null)];
  const missed = archive({ overview, report, leftOut: { drives, unnamed: [] } });
  assert.equal(answer(missed).tone, "warning");
  assert.equal(answer(missed).title, "No disk of this machine is in this backup");
  for (const { what, result } of checkedRows(missed).slice(1, 3)) {
    assert.equal(result, "there are none", what);
    assert.doesNotMatch(what, /^0 /);
  }
});

test("a stump says how little is here, and counts nothing", () => {
  const stump = archive({
    file: { size: 12_288 },
    overview: { devices: [], totalClusters: 0, findings: [damage("header-truncated")] },
    report: { devices: [], extents: { count: 0, checked: 1, broken: 1 } },
  });
  const { tone, title, text } = verdict(stump);
  assert.equal(tone, "damage");
  assert.equal(title, "This backup is unreadable: only the first 12 KiB of it are here");
  assert.doesNotMatch(`${title} ${text}`, /no cluster|no part|0 clusters/i);
  assert.ok(!rowTones(stump).includes("good"));
  const [header, extents] = checkedRows(stump);
  assert.equal(header.result, "cut off", "nothing was changed as far as anybody knows");
  assert.equal(extents.result, "none of them is here");
});

test("of a backup without its beginning the whole is not known", () => {
  const beheaded = archive({
    overview: { headerStanding: "lost", findings: [damage("header-lost")] },
    report: { devices: [disk({ missingBytes: CLUSTER }, { missing: 1, full: 7 })] },
  });
  const { title, text } = verdict(beheaded);
  assert.equal(
    title,
    "The beginning of this backup is missing: how many disks it had is not known",
  );
  assert.match(text, /at least 64 KiB are missing/);
  assert.doesNotMatch(`${title} ${text}`, /1 of 1|of 8/);
});

test("bytes and percent come first, clusters second", () => {
  const clusters = { missing: 3, full: 5 };
  const devices = [disk({ missingBytes: 3 * CLUSTER }, clusters)];
  const { title, text, more } = verdict(archive({ report: { devices } }));
  assert.equal(title, "This backup is damaged: 192 KiB (38 %) of drive-scsi0 are lost");
  assert.doesNotMatch(text, /cluster/);
  assert.match(more, /3 of 8 clusters/);
});

test("what is in doubt is damage, in the heading and in the table", () => {
  const devices = [disk({ doubtBytes: 2 * CLUSTER })];
  const doubted = archive({ report: { devices } });
  const { tone, title, text } = verdict(doubted);
  assert.equal(tone, "damage");
  assert.equal(title, "This backup is damaged: 128 KiB (25 %) of drive-scsi0 are in doubt");
  // How much it is stands above it.
  assert.match(text, /something speaks against them: see Damage/);
  assert.doesNotMatch(text, /KiB|in doubt/);
  assert.equal(checkedRows(doubted)[2].tone, "damage");
});

test("headers of extents are counted once, in one way, wherever they are told", () => {
  const extents = { count: 2, checked: 3, broken: 1 };
  const report = (code) => ({ extents, findings: [damage(code)] });
  /** @type {[string, object[], object, RegExp][]} */
  const cases = [
    ["extent-cut", [place("data", "extent-cut")], { found: 2, wrong: 0, absent: 0 }, /^all agree$/],
    [
      "extent-md5-mismatch",
      [place("extent-header", "extent-md5-mismatch")],
      { found: 3, wrong: 1, absent: 0 },
      /^1 wrong$/,
    ],
    [
      "extent-magic-wrong",
      [place("no-extent-header", "extent-magic-wrong")],
      { found: 2, wrong: 0, absent: 1 },
      /^what was found agrees; at 1 place where one should start there is none$/,
    ],
    [
      "trailing-bytes",
      [place("behind", "trailing-bytes")],
      { found: 2, wrong: 0, absent: 0 },
      /^all/,
    ],
  ];
  for (const [code, places, counted, words] of cases) {
    const shown = archive({ report: report(code), places });
    assert.deepEqual(extentHeaders(shown), counted, code);
    // As long as places are not known, or where they are too many.
    assert.deepEqual(extentHeaders(archive({ report: report(code) })), counted, code);
    const row = checkedRows(shown)[1];
    assert.equal(row.what, `${counted.found} extent headers`);
    assert.match(row.result, words);
    assert.equal(row.tone === "good", counted.wrong + counted.absent === 0, code);
  }
  // Of a header that nobody found, nothing was compared.
  const devices = [disk({ missingBytes: CLUSTER }, { missing: 1, full: 7 })];
  const row = checkedRows(archive({ report: { extents, devices }, places: [] }))[1];
  assert.deepEqual([row.result, row.tone], ["what was found agrees", "neutral"]);
});

test("a header that is mended is told so, not as one to be doubted", () => {
  const overview = { headerStanding: "mended", headerChecksum: { ok: false } };
  const [row] = checkedRows(archive({ overview }));
  assert.deepEqual([row.result, row.tone], ["agrees once it is mended", "damage"]);
});

test("what is damaged where nothing is missing is told by what it is", () => {
  const shown = (places, overview = {}) => {
    const report = { findings: [damage("any")] };
    return verdict(archive({ report, places, overview })).text;
  };
  const header = place("archive-header", "config-pointer-invalid");
  assert.match(shown([header]), /in the header of the archive/);
  assert.match(shown([header], { headerStanding: "mended" }), /everything else in it is as it was/);
  assert.match(shown([place("itself", "cluster-twice")]), /stored twice, .* they are the same/);
  for (const places of [[header, place("data", "extent-cut")], null]) {
    assert.match(shown(places), /some of it cannot be trusted/);
  }
});

test("a drive that a map line promises is not told as one of which nothing is said", () => {
  const mapped = drive("scsi0", "not-there", 32 * 2 ** 30, true);
  const silent = drive("efidisk0", "not-there", 540_672);
  const leftOut = { drives: [mapped, silent], unnamed: [] };
  const [first, second] = leftOutSentences(archive({ leftOut }));
  assert.match(first, /^scsi0, 32 GiB, should be in this backup/);
  assert.match(second, /^efidisk0, 528 KiB, is a disk of the machine/);
  assert.match(whereItIs(mapped), /a line of the configuration says that it is$/);
  assert.match(whereItIs(silent), /nothing says why/);
});

test("a name that tells another time or machine than the contents is told", () => {
  const remarks = [
    { code: "time-differs", named: "2026_11_20-02_00_00", found: "2023_11_14-22_13_20" },
    { code: "vmid-differs", named: "100", found: "112" },
  ];
  const [time, vmid] = nameRemarks({ remarks });
  assert.match(time, /says 2026_11_20-02_00_00, .* made 2023_11_14-22_13_20/);
  assert.match(vmid, /machine 100, .* belong to 112/);
});

test("doubt is told of the disk that is hit, and of all where nothing says which", () => {
  const finding = (code) => ({ code, severity: "damage", offset: 0, archiveOffset: 0, text: "" });
  const report = (code, bytes) => ({
    ...archive().scan.report,
    container: { ...archive().scan.report.container, kind: "lzop", findings: [finding(code)] },
    devices: [disk({ doubtBytes: bytes }), disk({ id: 2 })],
  });
  const block = report("block-checksum-mismatch", 4096);
  assert.deepEqual(doubtOf(block, [1]), { bytes: 4096, isUnproven: false });
  assert.deepEqual(doubtOf(block, [2]), { bytes: 0, isUnproven: false });
  for (const code of ["zstd-checksum-mismatch", "gzip-crc-mismatch", "bzip2-crc-mismatch"]) {
    assert.deepEqual(doubtOf(report(code, 0), [2]), { bytes: 0, isUnproven: true }, code);
  }
  // A block that is wrong and in no disk that is known: nobody can tell whose it is.
  assert.ok(doubtOf(report("block-checksum-mismatch", 0), [1]).isUnproven);
});

test("digits that a number does not hold are not shown", () => {
  assert.equal(count(2 ** 53 - 1), "9,007,199,254,740,991");
  assert.equal(count(2 ** 62), "≈ 4,610,000,000,000,000,000");
});
