/**
 * A thread that unpacks ahead of the Worker: it does one task after the other, and hears
 * nothing else meanwhile. It ends with the last.
 */
import init, { run } from "../../core/vma_inspector_ahead.js";
import { helpOpenly } from "../help-openly.js";
import { Table } from "./table.js";
import { work } from "./work.js";

const hasTold = helpOpenly();

self.onmessage = ({ data }) => {
  const { port } = /** @type {import("../../shared/messages.js").ToHelper} */ (data);
  port.onmessage = async ({ data: message }) => {
    const { module, memory, places } = /** @type {import("./table.js").ToHand} */ (message);
    await init({ module_or_path: module });
    await hasTold;
    work(run, new Table(memory, places));
    self.close();
  };
};
