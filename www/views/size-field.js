/** Where the header does not say how long a disk is: a field to say it in. */
import { text } from "../words/text.js";
import { h } from "./dom.js";
import { button } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").DeviceEntry} Device */
/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */

/**
 * @param {Device} device
 * @param {ShownArchive} archive
 * @param {import("../page/model.js").Send} send
 */
export function sizeField(device, { overview }, send) {
  const known = overview.headerStanding !== "doubtful" && overview.headerStanding !== "lost";
  if (known || device.isVmstate) return null;
  const id = `device-${device.id}-size`;
  const input = h("input", { id, type: "number", min: "1", step: "1", required: true });
  input.value = String(device.size);
  const form = h(
    "form",
    { class: "size-field" },
    h("label", { for: id }, text("size-field.label"), " "),
    input,
    " ",
    button(text("size-field.use"), () => form.requestSubmit()),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const bytes = input.valueAsNumber;
    if (Number.isSafeInteger(bytes)) send({ type: "size-wanted", deviceId: device.id, bytes });
  });
  return form;
}
