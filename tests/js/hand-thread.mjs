// A thread of Node's that unpacks ahead, as `hand-worker.js` is one of a page.

import { parentPort, workerData } from "node:worker_threads";

const { core, module, table, work, memory, places, done } = workerData;
const { run, initSync } = await import(core);
const { Table } = await import(table);
initSync({ module });
const counting = (task, into) => {
  Atomics.add(done, 0, 1);
  return run(task, into);
};
const { work: workAll } = await import(work);
parentPort.postMessage("ready");
workAll(counting, new Table(memory, places));
