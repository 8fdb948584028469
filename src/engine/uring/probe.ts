import { parentPort } from "node:worker_threads";
import { uringRefusal } from "./refusal.ts";

// Runs in a worker thread, so that koffi and the ring of the probe end with it.
parentPort?.postMessage(uringRefusal());
