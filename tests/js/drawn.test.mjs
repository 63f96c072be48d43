// What is drawn of an archive, and when: a line of the list of disks says what is known of
// its disk now; what a person reads stays as it is while pictures arrive.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
// It puts a document in place.
import "./shown-page.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { diskRow } = await built("views/disk-row.js");
const { whenFactsChanged } = await built("views/dom.js");

/** An archive without a header, in which one disk of this size was found so far. */
function drawnOf(size) {
  const device = {
    id: 1,
    name: "device-1",
    safeName: "device-1",
    size,
    clusters: size / 65_536,
    isVmstate: false,
  };
  const archive = {
    id: 1,
    file: { name: "x.vma", size: 1 << 20 },
    overview: { devices: [device], container: "plain", headerStanding: "lost", findings: [] },
    summary: null,
    scan: { phase: "running", report: null, progress: null, scannedAt: null },
    elsewhere: {},
  };
  const none = ["contents", "beginsLike", "formats", "hashes", "ways", "timesUnpacked", "lost"];
  for (const name of [...none, "diskPictures"]) archive[name] = new Map();
  const row = { key: "device 1", name: device.name, device, drive: null, boots: false };
  const screen = { opened: new Set([row.key]) };
  return [row, { archive, saves: [], abilities: null, screen, format: "qcow2" }];
}

test("a disk that turns out to be longer is told to be that, in all of its line", () => {
  const line = diskRow("device 1", () => {});
  line.draw(...drawnOf(1 << 20));
  assert.match(line.root.textContent, /1,048,576 bytes/);
  line.draw(...drawnOf(2 << 20));
  assert.match(line.root.textContent, /2,097,152 bytes/);
  assert.doesNotMatch(line.root.textContent, /1,048,576/);
  const sliders = line.root.all().filter((each) => each.attributes.get("role") === "slider");
  assert.deepEqual(
    sliders.map((each) => each.attributes.get("aria-valuemax")),
    ["31"],
  );
});

test("what is read is not drawn anew for a picture, and is for each fact", () => {
  const drawn = [];
  const draw = whenFactsChanged((archive) => drawn.push(archive?.scan ?? null));
  const archive = { scan: 1, trust: null, contents: 1, diskPictures: 1, filePicture: 1 };
  draw({ archive: null });
  draw({ archive });
  draw({ archive: { ...archive, contents: 2, diskPictures: 2, filePicture: 2 } });
  assert.deepEqual(drawn, [null, 1]);
  draw({ archive: { ...archive, scan: 2, filePicture: 3 } });
  draw({ archive: null });
  assert.deepEqual(drawn, [null, 1, 2, null]);
});
