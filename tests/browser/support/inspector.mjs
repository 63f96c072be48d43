// The page under test in the words of a person who uses it.

import assert from "node:assert/strict";

/** Hosts that the browsers ask on their own account, with or without a page. */
const ofTheBrowser = /\.(mozilla\.(com|org|net)|firefox\.com|(google|googleapis|gstatic)\.com)$/;

/** How many characters of a page stand in what is said of a failed test. */
const SAID_OF_A_PAGE = 1500;

export class Inspector {
  /**
   * @param {import("./server.mjs").Server} server
   * @param {import("./page.d.ts").TestPage} page
   */
  constructor(server, page) {
    this.server = server;
    this.page = page;
  }

  /** Waits until the page shows this text, or text like this, in a place. */
  async shows(text, selector = "body") {
    const { source, flags } = text instanceof RegExp ? text : { source: null, flags: "" };
    const wanted = { selector, text: String(text), source, flags };
    try {
      await this.page.waitFor(({ selector, text, source, flags }) => {
        const place = document.querySelector(selector);
        const panel = place?.closest("[role=tabpanel]");
        if (panel?.hidden) document.getElementById(panel.getAttribute("aria-labelledby")).click();
        for (const fold of place?.querySelectorAll("[data-fold]") ?? []) fold.open = true;
        // What is not drawn has an `innerText` all the same.
        const seen = place?.checkVisibility() ? place.innerText : "";
        return source === null ? seen.includes(text) : new RegExp(source, flags).test(seen);
      }, wanted);
    } catch {
      const seen = await this.page.text(selector);
      const whole = (await this.page.text()).slice(0, SAID_OF_A_PAGE);
      assert.fail(`${selector} does not show ${text}, but:\n${seen}\nThe page begins:\n${whole}`);
    }
  }

  /** Opens the part of the page that a place is in, once there is something in it. */
  async lookAt(selector) {
    await this.page.waitFor((selector) => {
      const place = document.querySelector(selector);
      const panel = place.closest("[role=tabpanel]");
      const tab = document.getElementById(panel.getAttribute("aria-labelledby"));
      if (panel.hidden && !tab.hidden) tab.click();
      return !panel.hidden && !place.hidden;
    }, selector);
  }

  /**
   * Opens an archive, waits for the end of its scan, and has its disks be saved raw,
   * unless another format is named.
   */
  async openArchive(path, how = "choose", format = "Raw image") {
    const fileName = path.split("/").at(-1);
    await this.page[how](path);
    await this.shows(fileName, "#place");
    await this.shows("Scan again", "#scan");
    await this.chooseFormat(format);
  }

  /**
   * Saves the disk of this name as a raw image and waits until the file is complete.
   * @param {string} device
   */
  async save(device) {
    await this.chooseFormat("Raw image");
    return await this.page.download(() => this.clickInCard(device, "^Save$"));
  }

  /** Chooses the format of all disks, by what its name begins with. */
  async chooseFormat(name) {
    await this.page.waitFor((name) => {
      const list = document.querySelector("#format");
      // Nobody can choose before there is a backup to be saved.
      if (!list || document.querySelector("#devices").hidden) return false;
      const found = [...list.options].find((each) => each.textContent.startsWith(name));
      if (found && list.value !== found.value) {
        list.value = found.value;
        list.dispatchEvent(new Event("change", { bubbles: true }));
      }
      return found;
    }, name);
  }

  /**
   * Saves a disk with gaps, and then the map of them: that comes with a click of
   * its own, since a browser may hold back a download that nobody asks for.
   */
  async saveWithMap(device, start) {
    const before = this.page.downloadsCompleted;
    const saved = await this.page.download(start);
    assert.equal(saved.failure, null);
    await this.shows("Keep the map of what is missing", "#saves");
    await this.downloads(before + 1);
    assert.equal(this.page.downloadsCompleted, before + 1, "none that nobody clicked for");
    const map = await this.page.download(() => this.clickIn("#saves", /^Save the map/));
    assert.equal(map.failure, null);
    assert.match(map.fileName, /\.map$/);
    await this.downloads(before + 2);
    return { ...saved, map };
  }

  /** Waits until the browser has begun a download: only then does it tell how it ends. */
  async downloadBegins() {
    for (const until = Date.now() + 60_000; this.page.downloadsBegun === 0;) {
      assert.ok(Date.now() < until, "no download begins");
      await this.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    }
  }

  /** Waits until so many downloads are complete. */
  async downloads(count) {
    for (const until = Date.now() + 60_000; this.page.downloadsCompleted < count;) {
      assert.ok(Date.now() < until, `${count} downloads do not come`);
      await this.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    }
  }

  /** Opens the line of a disk, by its name in the archive. */
  async openDisk(device) {
    await this.page.waitFor((device) => {
      const line = [...document.querySelectorAll(".disk")].find(
        (each) => each.dataset.disk === device,
      );
      const toggle = line?.querySelector("[aria-expanded]");
      if (toggle?.getAttribute("aria-expanded") === "false") toggle.click();
      return toggle?.getAttribute("aria-expanded") === "true";
    }, device);
  }

  /** Chooses an option of a list below the line of one disk, by what it begins with. */
  async chooseInCard(device, list, option) {
    await this.openDisk(device);
    const wanted = { device, list, option };
    await this.page.waitFor(({ device, list, option }) => {
      const cards = [...document.querySelectorAll(".disk")];
      const card = cards.find((each) => each.dataset.disk === device);
      const labels = [...(card?.querySelectorAll("label") ?? [])];
      const select = labels.find((label) => label.innerText.startsWith(list))?.control;
      const options = [...(select?.options ?? [])];
      const found = options.find((each) => each.textContent.startsWith(option) && !each.disabled);
      if (found && select.value !== found.value) {
        select.value = found.value;
        select.dispatchEvent(new Event("change", { bubbles: true }));
      }
      return found;
    }, wanted);
  }

  /** Clicks a button of the line of one disk or below it, once it can be used. */
  async clickInCard(device, label) {
    await this.openDisk(device);
    await this.#clickButton({ place: `.disk[data-disk=${JSON.stringify(device)}]`, label });
  }

  /** Clicks the first button of a place that reads like this. */
  async clickIn(place, label) {
    await this.#clickButton({ place, label: label.source });
  }

  async #clickButton(wanted) {
    await this.page.waitFor(({ place, label }) => {
      const found = document.querySelector(place);
      const panel = found?.closest("[role=tabpanel]");
      if (panel?.hidden) document.getElementById(panel.getAttribute("aria-labelledby")).click();
      const buttons = [...document.querySelectorAll(place)].flatMap((card) => [
        ...card.querySelectorAll("button, a, summary, label"),
      ]);
      const button = buttons.find((button) => new RegExp(label).test(button.innerText));
      const usable = button && !button.disabled && button.ariaDisabled !== "true";
      if (usable) {
        button.click();
      }
      return usable;
    }, wanted);
  }

  /**
   * Asserts that since the last call nothing was asked of any server. What a
   * browser does by itself is let through: its own services, and the check
   * for a newer Service Worker, which carries nothing of the page's.
   */
  assertNothingWasSent() {
    const requests = this.server.takeRequests().filter(({ method, url }) => {
      const { host, hostname, pathname, search } = new URL(url);
      const ownCheck =
        host === this.server.host &&
        method === "GET" &&
        pathname === "/service-worker.js" &&
        search === "";
      // Chromium asks for newer extensions on its own account, by plain HTTP.
      const updates = hostname === "update.googleapis.com" && pathname === "/service/update2/json";
      return !ownCheck && !updates && !(method === "CONNECT" && ofTheBrowser.test(hostname));
    });
    assert.deepEqual(requests, []);
  }
}
