/** Does what keys are for, and tells of them where they act. */
import { areKeysWanted, deedOf, isWritingIn, wantKeys } from "../page/keys.js";
import { text } from "../words/text.js";
import { byId, setAttribute } from "./dom.js";

/** @typedef {import("../page/model.js").Send} Send */

/** Disks that have a key. */
const DISKS = 9;

/**
 * @param {Send} send
 * @param {() => Promise<typeof import("./keys-dialog.js").keysDialog>} loadDialog
 */
export function keysView(send, loadDialog) {
  let isWanted = areKeysWanted();
  /** The disk that was chosen by its key. @type {Element | null} */
  let chosen = null;
  const help = byId("keys-button");
  help.ariaLabel = text("keys.button");
  help.title = text("keys.button");
  help.addEventListener("click", showList);

  async function showList() {
    const keysDialog = await loadDialog();
    if (document.querySelector("dialog[open]")) return;
    keysDialog(isWanted, (wanted) => {
      isWanted = wanted;
      wantKeys(wanted);
      mark(isWanted);
    });
  }

  /** @type {Record<"help" | "open" | "config" | "save" | "search" | "escape", () => boolean>} */
  const deeds = {
    help: () => {
      showList();
      return true;
    },
    open: () => pressed(byId("file-input")),
    config: () => pressed(configButton()),
    save: () => save(document.activeElement?.closest(".disk") ?? chosen ?? onlyDisk(), send),
    search: () => search(send),
    escape,
  };
  document.addEventListener("keydown", (event) => {
    const isWriting = isWritingIn(/** @type {HTMLElement | null} */ (document.activeElement));
    const deed = deedOf(event, { isWriting, isWanted });
    // A window that is open has its own keys.
    if (!deed || document.querySelector("dialog[open]")) return;
    if (deed.does === "disk") chosen = choose(deed.number) ?? chosen;
    const isDone = deed.does === "disk" ? chosen !== null : deeds[deed.does]();
    if (isDone) event.preventDefault();
  });
  return () => mark(isWanted);
}

/** @param {HTMLElement | null} element */
function pressed(element) {
  if (!element || element.ariaDisabled === "true" || element.closest("[hidden]")) return false;
  element.click();
  return true;
}

function configButton() {
  return /** @type {HTMLElement | null} */ (
    document.querySelector(".things > [data-kind=primary]:not([hidden])")
  );
}

/** @param {number} number of the line, from 1 */
function choose(number) {
  const line = document.querySelectorAll(".disk").item(number - 1);
  const toggle = line?.querySelector("button.disk-toggle:enabled");
  if (!(toggle instanceof HTMLElement)) return null;
  const isHere = document.activeElement === toggle;
  if (isHere || toggle.ariaExpanded !== "true") toggle.click();
  toggle.focus();
  return line;
}

function onlyDisk() {
  const lines = document.querySelectorAll(".disk");
  return lines.length === 1 ? lines.item(0) : null;
}

/**
 * @param {Element | null} line
 * @param {Send} send
 */
function save(line, send) {
  if (!document.querySelector(".disk")) return false;
  const found = line?.isConnected ? line.querySelector(".disk-save button") : null;
  if (!line?.isConnected) send({ type: "said", text: text("keys.choose-first") });
  else if (!(found instanceof HTMLElement) || !pressed(found)) {
    send({ type: "said", text: text("keys.not-now") });
  }
  return true;
}

/** @param {Send} send */
function search(send) {
  const field =
    document.querySelector(":is(#panel-bytes, #panel-files):not([hidden]) [type=search]") ??
    document.querySelector(".disks-head input:not([hidden])");
  if (field instanceof HTMLInputElement && !field.closest("[hidden]")) {
    field.focus();
    field.select();
    return true;
  }
  // Few disks need no search; bytes do.
  const tab = byId("tabs").hidden ? null : document.getElementById("tab-bytes");
  if (!tab) return false;
  send({ type: "tab-chosen", tab: "bytes" });
  tab.focus();
  return true;
}

/** Leaves a field, or closes the line of a disk that the focus is in. */
function escape() {
  const { activeElement } = document;
  if (!(activeElement instanceof HTMLElement)) return false;
  const bytes = activeElement.closest(".hex-bar")?.parentElement?.querySelector(".hex-scroller");
  if (bytes instanceof HTMLElement) bytes.focus();
  else if (isWritingIn(activeElement)) {
    // A browser clears what is sought first.
    if (activeElement instanceof HTMLInputElement && activeElement.value !== "") return false;
    activeElement.blur();
  } else {
    const toggle = activeElement.closest(".disk")?.querySelector("[aria-expanded=true]");
    if (!(toggle instanceof HTMLElement)) return false;
    toggle.click();
    toggle.focus();
  }
  return true;
}

/**
 * Says of what has a key which one it is.
 * @param {boolean} isWanted
 */
function mark(isWanted) {
  const input = byId("file-input");
  const tooltip = (/** @type {string} */ key) => text("keys.tooltip", { key });
  if (tell(input, "o", isWanted)) setTitle(input.closest("label"), isWanted ? tooltip("o") : null);
  const config = configButton();
  if (tell(config, "c", isWanted)) setTitle(config, isWanted ? tooltip("c") : null);
  tell(document.querySelector(".disks-head input"), "/", isWanted);
  tell(byId("keys-button"), "?", isWanted);
  [...document.querySelectorAll(".disk")].forEach((line, at) => {
    const toggle = line.querySelector(".disk-toggle");
    const key = String(at + 1);
    const isOne = isWanted && at < DISKS;
    if (tell(toggle, key, isOne)) {
      setTitle(toggle, isOne ? text("keys.tooltip-disk", { key }) : null);
    }
    tell(line.querySelector(".disk-save button"), "s", isWanted);
  });
}

/**
 * @param {Element | null} element
 * @param {string} key
 * @param {boolean} isOn
 * @returns {boolean} whether it was not told so before
 */
function tell(element, key, isOn) {
  const wanted = isOn ? key : null;
  if (!element || element.getAttribute("aria-keyshortcuts") === wanted) return false;
  setAttribute(element, "aria-keyshortcuts", wanted);
  return true;
}

/**
 * @param {Element | null} element
 * @param {string | null} words
 */
function setTitle(element, words) {
  if (element) setAttribute(element, "title", words);
}
