import { writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

// Loaded into the measured process before it starts: only the process itself knows its true peak.
const ASIDE = 3;
if (isMainThread) {
  process.on("exit", () => {
    writeSync(ASIDE, `${process.resourceUsage().maxRSS * 1024}\n`);
  });
}
