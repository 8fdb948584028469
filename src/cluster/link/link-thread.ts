import { parentPort } from "node:worker_threads";
import { withPulse } from "../pulse.ts";
import type { FromLink, ToLink } from "./link-messages.ts";
import { openStdio } from "./stdio.ts";

/**
 * Time without a sign of the main thread, once the session has ended, after which the process is
 * killed. A main thread that is not blocked stops the load, cleans the target and ends.
 */
const KILL_MS = 13_000;

/** Connects standard input and output with the main thread. */
function run(port: NonNullable<typeof parentPort>): void {
  const tell = (news: FromLink): void => port.postMessage(news);
  const stdio = openStdio();
  const channel = withPulse(stdio);
  channel.onMessage((message) => tell({ message }));
  let timer: NodeJS.Timeout | undefined;
  channel.onClosed((closed) => {
    tell({ closed });
    timer = setTimeout(() => process.kill(process.pid, "SIGKILL"), KILL_MS);
  });
  port.on("message", (order: ToLink) => {
    if ("line" in order) stdio.sendLine(order.line);
    else if ("close" in order) channel.close();
    else timer?.refresh();
  });
}

if (parentPort !== null) run(parentPort);
