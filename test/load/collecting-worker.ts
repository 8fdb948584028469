import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
import { OwnTimer } from "../../src/load/record/own-time.ts";

/** A worker that collects its garbage before and after it begins to measure, and never waits. */
setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

const own = new OwnTimer(false);
for (let i = 0; i < workerData.before; i++) collect();
own.begin();
for (let i = 0; i < workerData.after; i++) collect();
parentPort?.postMessage(await own.end());
