import { parentPort } from "node:worker_threads";
import { withPulse } from "../pulse.ts";
import type { FromLink, ToLink } from "./link-messages.ts";
import { openStdio } from "./stdio.ts";

/** Time for the main thread to end the process once the session has ended; then it is killed. */
const KILL_MS = 13_000;

/** Connects standard input and output with the main thread. */
function run(port: NonNullable<typeof parentPort>): void {
  const tell = (news: FromLink): void => port.postMessage(news);
  const stdio = openStdio();
  const channel = withPulse(stdio);
  channel.onMessage((message) => tell({ message }));
  channel.onClosed((closed) => {
    tell({ closed });
    // A main thread that is blocked, for example by storage, must not load any longer.
    setTimeout(() => process.kill(process.pid, "SIGKILL"), KILL_MS);
  });
  port.on("message", (order: ToLink) => {
    if ("line" in order) stdio.sendLine(order.line);
    else channel.close();
  });
}

if (parentPort !== null) run(parentPort);
