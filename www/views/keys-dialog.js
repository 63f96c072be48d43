/** The list of the keys, and whether they do something. */
import { text } from "../words/text.js";
import { h } from "./dom.js";
import { button } from "./parts.js";

/**
 * @param {boolean} isWanted
 * @param {(wanted: boolean) => void} want
 */
export function keysDialog(isWanted, want) {
  const rows = [
    ["?", text("keys.help")],
    ["o", text("keys.open")],
    ["c", text("keys.config")],
    [text("keys.digits-name"), text("keys.digits")],
    ["s", text("keys.save")],
    ["/", text("keys.search")],
    [text("keys.arrows-name"), text("keys.arrows")],
    ["Esc", text("keys.escape")],
  ];
  const choice = h("input", { type: "checkbox" });
  choice.checked = isWanted;
  choice.addEventListener("change", () => want(choice.checked));
  const close = button(text("keys.close"), () => dialog.close());
  const dialog = h(
    "dialog",
    { class: "dialog keys", "aria-labelledby": "keys-title" },
    h("h2", { id: "keys-title" }, text("keys.title")),
    h(
      "dl",
      { class: "keys-list" },
      rows.map(([key, words = ""]) =>
        h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, words)),
      ),
    ),
    h("label", { class: "keys-choice" }, choice, " ", text("keys.wanted")),
    h("div", { class: "dialog-buttons" }, close),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}
