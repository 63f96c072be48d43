// A thread of Node's that unpacks ahead, as `hand-worker.js` is one of a page.

import { parentPort, workerData } from "node:worker_threads";

const { core, module, table, work, memory, places, done } = workerData;
const { Hand, initSync } = await import(core);
const { Table } = await import(table);
initSync({ module });
const hand = new Hand();
const counting = {
  run(task, into) {
    Atomics.add(done, 0, 1);
    return hand.run(task, into);
  },
};
const { work: workAll } = await import(work);
parentPort.postMessage("ready");
workAll(counting, new Table(memory, places));
