import { parentPort } from "node:worker_threads";
import { uringRefusal } from "./uring.ts";

// The code of a worker thread: koffi and the ring of the probe are gone with it.
parentPort?.postMessage(uringRefusal());
