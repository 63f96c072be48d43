// A disk and the archive drawn by position: read from the pixels, and by keys.

import assert from "node:assert/strict";
import { makeArchive } from "./support/archives.mjs";
import { inChromium, inEachBrowser } from "./support/suite.mjs";

const CLUSTER = 65_536;
/** 512 clusters, so that each has a cell of its own; two in the middle are left out. */
const CLUSTERS = 512;
const LOST = { from: 256, to: 258 };
const left = [256, 257].flatMap((number) => ["--leave-out", `1:${number}`]);
const holed = makeArchive(
  "strip-holed.vma",
  ...["--slots", "2", "--disk", "drive-scsi0:32M:dense:3", ...left],
);
/** The second half stands in the file first. */
const two = makeArchive(
  "strip-two.vma",
  ...["--disk", "drive-scsi0:32M:dense:4", "--disk", "drive-scsi1:16M:zero:5"],
  ...["--disk", "drive-scsi2:8M:dense:6"],
);

/** Waits until a strip is drawn from what the finished scan has found. */
async function drawn(inspector, path) {
  await inspector.openArchive(path);
  // Only what is lost comes down to the lowest pixels, and it is known at the end.
  const isHurt = path === holed.path;
  await inspector.page.waitFor((isHurt) => {
    const slider = document.querySelector("#devices [role=slider]");
    slider.scrollIntoView({ block: "center" });
    const canvas = slider.querySelector("canvas");
    const pen = canvas.getContext("2d");
    const { width, height } = canvas;
    if (width < 300) return false;
    const lowest = pen.getImageData(0, height - 2, width, 1).data;
    if (isHurt && !lowest.some((value, at) => at % 4 === 3 && value === 255)) return false;
    const row = pen.getImageData(0, Math.floor(height / 2), width, 1).data;
    const [first, last] = [row.slice(8, 11), row.slice(-12, -9)];
    const probe = document.querySelector("#devices .strip-canvas");
    probe.style.color = "var(--strip-full)";
    const wanted = getComputedStyle(probe).color.match(/\d+/g).map(Number);
    return [first, last].every((each) => wanted.every((value, at) => each[at] === value));
  }, isHurt);
}

/**
 * Where on the first disk's canvas something is drawn in a colour, in a row from above;
 * as shares of its width.
 */
async function places(inspector, colour, row, disk = 0) {
  const wanted = { colour, row, disk };
  return await inspector.page.evaluate(({ colour, row, disk }) => {
    const canvas = document.querySelectorAll("#devices canvas")[disk];
    const { width, height } = canvas;
    const scale = height / 26;
    const y = Math.floor((row < 0 ? 26 + row : row) * scale);
    const data = canvas.getContext("2d").getImageData(0, y, width, 1).data;
    const probe = document.querySelectorAll("#devices .strip-canvas")[disk];
    // A system's colour may be one that lets what is below it through.
    const sample = new OffscreenCanvas(1, 1).getContext("2d");
    for (const each of ["var(--strip-ground)", colour]) {
      probe.style.color = each;
      sample.fillStyle = getComputedStyle(probe).color;
      sample.fillRect(0, 0, 1, 1);
    }
    const rgb = [...sample.getImageData(0, 0, 1, 1).data];
    const found = [];
    for (let x = 0; x < width; x += 1) {
      const at = x * 4;
      const isThere = data[at + 3] === 255;
      if (isThere && rgb.slice(0, 3).every((value, i) => data[at + i] === value)) found.push(x);
    }
    const runs = [];
    for (const x of found) {
      const last = runs.at(-1);
      if (last && last.to === x) last.to = x + 1;
      else runs.push({ from: x, to: x + 1 });
    }
    return { runs, width: width / scale, scale, count: found.length / scale };
  }, wanted);
}

async function said(inspector) {
  return await inspector.page.evaluate(() => {
    const slider = document.querySelector("#devices [role=slider]");
    return slider.getAttribute("aria-valuetext");
  });
}

async function press(inspector, ...keys) {
  for (const key of keys) await inspector.page.press(key);
  return await said(inspector);
}

inEachBrowser("A disk drawn by position", {
  async "shows a loss in the middle where it is, wide enough to be seen, below all others"(
    inspector,
  ) {
    await drawn(inspector, holed.path);
    // Only what is lost comes down to the lowest pixels.
    const { runs, width, scale } = await places(inspector, "var(--strip-missing)", -2);
    assert.equal(runs.length, 1, JSON.stringify(runs));
    const [from, to] = [runs[0].from / scale, runs[0].to / scale];
    assert.ok(to - from >= 3, `${to - from} pixels`);
    assert.ok(Math.abs(from - (LOST.from / CLUSTERS) * width) <= 2, `from ${from} of ${width}`);
    assert.ok(Math.abs(to - (LOST.to / CLUSTERS) * width) <= 2, `to ${to} of ${width}`);
    // All others are stored, or beside it and in doubt.
    const full = await places(inspector, "var(--strip-full)", 13);
    assert.ok(full.count > width * 0.95, `${full.count} of ${width} are full`);
  },

  async "tells by keys what is where"(inspector) {
    await drawn(inspector, holed.path);
    await inspector.page.evaluate(() => document.querySelector("#devices [role=slider]").focus());
    const data = holed.offsets[0] + 512;
    assert.match(
      await press(inspector, "Home"),
      /^0 to 15\.9 MiB: full · 0 into the disk · in the file/,
    );
    assert.match(await press(inspector, "ArrowRight"), /^15\.9 MiB to 16 MiB: in doubt/);
    // Clusters 256 and 257 of 64 KiB, none of which stands anywhere.
    const loss = /^16 MiB to 16\.1 MiB: missing · 16 MiB into the disk · nothing of it is stored$/;
    assert.match(await press(inspector, "ArrowRight"), loss);
    assert.match(await press(inspector, "ArrowLeft"), /in doubt/);
    const rest = /^16\.1 MiB to 32 MiB: full · 16\.1 MiB into the disk/;
    assert.match(await press(inspector, "ArrowRight", "ArrowRight"), rest);
    assert.match(await press(inspector, "End"), /^16\.1 MiB to 32 MiB: full · 31\.9 MiB into/);
    assert.match(await press(inspector, "Home"), new RegExp(`in the file from ${kib(data)} to`));
  },

  async "is zoomed and shown whole again by keys"(inspector) {
    await drawn(inspector, holed.path);
    await inspector.page.evaluate(() => document.querySelector("#devices [role=slider]").focus());
    await press(inspector, "Home", "ArrowRight", "ArrowRight", "+", "+", "+", "+");
    await inspector.shows("Show all of it", "#devices");
    // 1.5 to the fourth is 5: so much wider is the loss now.
    const share = (2 / CLUSTERS) * 1.5 ** 4;
    await inspector.page.waitFor((share) => {
      const canvas = document.querySelector("#devices canvas");
      const { width, height } = canvas;
      const y = height - 2;
      const row = canvas.getContext("2d").getImageData(0, y, width, 1).data;
      let there = 0;
      for (let x = 0; x < width; x += 1) there += row[x * 4 + 3] === 255 ? 1 : 0;
      return Math.abs(there - share * width) < 8;
    }, share);
    await press(inspector, "0");
    await inspector.page.waitFor(() => document.querySelector("#devices .strip-back").hidden);
  },

  async "has the same as a table, which is made when it is opened"(inspector) {
    await drawn(inspector, holed.path);
    const before = await inspector.page.evaluate(
      () => document.querySelectorAll(".strip-table table").length,
    );
    assert.equal(before, 0);
    await inspector.page.evaluate(() => document.querySelector(".disk-toggle:enabled").click());
    await inspector.clickIn("#devices", /^The same as a table$/);
    await inspector.shows("nothing of it is stored", ".strip-table");
    const rows = await inspector.page.evaluate(() =>
      [...document.querySelectorAll(".strip-table tbody tr")].map((row) =>
        [...row.children].slice(0, 4).map((cell) => cell.innerText.trim()),
      ),
    );
    const number = (value) => value.toLocaleString("en");
    assert.deepEqual(
      rows.filter(([, , kind]) => kind === "missing"),
      [[number(LOST.from * CLUSTER), number(LOST.to * CLUSTER), "missing", "2"]],
    );
    assert.deepEqual([rows[0][0], rows.at(-1)[1]], ["0", number(CLUSTERS * CLUSTER)]);
  },

  async "marks in the file what is pointed at on the disk, and on the disk what is in the file"(
    inspector,
  ) {
    await drawn(inspector, two.path);
    await inspector.lookAt("#extents");
    await inspector.page.waitFor(() => {
      const slider = document.querySelector("#extents [role=slider]");
      slider.scrollIntoView({ block: "center" });
      return document.querySelectorAll("#extents .strip-legend li").length === 2;
    });
    const point = (place, share) =>
      inspector.page.evaluate(
        ({ place, share }) => {
          const slider = document.querySelector(`${place} [role=slider]`);
          const { left, top, width } = slider.getBoundingClientRect();
          const at = { clientX: left + width * share, clientY: top + 10, bubbles: true };
          slider.dispatchEvent(new PointerEvent("pointermove", at));
        },
        { place, share },
      );
    // Of 32 MiB and 8 MiB the second disk's last fifth stands at the end of the file.
    await point("#extents", 0.9);
    await inspector.shows(/drive-scsi2: [\d.]+ KiB/, "#extents .strip-says");
    await point("#extents", 0.4);
    await inspector.page.waitFor(() => {
      const canvas = document.querySelector("#devices canvas");
      const { width, height } = canvas;
      const row = canvas.getContext("2d").getImageData(0, 0, width, 1).data;
      const found = [];
      for (let x = 0; x < width; x += 1) if (row[x * 4 + 3] === 255) found.push(x / width);
      return height > 0 && found.length > 0 && found.every((at) => Math.abs(at - 0.5) < 0.02);
    });
  },
});

/** A place as the page writes it, with three digits. */
function kib(bytes) {
  return `${Number((bytes / 1024).toPrecision(3))} KiB`;
}

inChromium("A disk drawn by position in forced colours", {
  async "has its kinds told apart by pattern and shape, in the system's colours"(inspector) {
    await drawn(inspector, holed.path);
    const protocol = await inspector.page.protocol();
    const features = [{ name: "forced-colors", value: "active" }];
    await protocol.send("Emulation.setEmulatedMedia", { features });
    await inspector.page.waitFor(() => {
      const probe = document.querySelector("#devices .strip-canvas");
      const rgb = (name) => {
        probe.style.color = name;
        return getComputedStyle(probe).color;
      };
      return (
        rgb("var(--strip-full)") === rgb("CanvasText") && rgb("var(--strip-zero)") === rgb("Canvas")
      );
    });
    await inspector.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    const full = await places(inspector, "CanvasText", 13);
    assert.ok(full.count > full.width * 0.95, `${full.count} of ${full.width}`);
    const lost = await places(inspector, "Highlight", -2);
    assert.equal(lost.runs.length, 1, "what is lost reaches below all others");
    assert.ok(lost.count >= 3);
    await protocol.detach();
  },
});
