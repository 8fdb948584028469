import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../../model/fault/errors.ts";
import { withPulse } from "../pulse.ts";
import type { FromLink, LinkStart, ToLink } from "./link-messages.ts";
import { type LineChannel, openStdio } from "./stdio.ts";

/**
 * Time without a sign of the main thread, once the session has ended, after which the process is
 * killed. A main thread that is not blocked stops the load, cleans the target and ends.
 */
const KILL_MS = 13_000;

type Port = NonNullable<typeof parentPort>;

/** Connects the coordinator with the main thread. */
async function run(port: Port, dial: LinkStart): Promise<void> {
  const tell = (news: FromLink): void => port.postMessage(news);
  const line = await openLine(dial).catch((error: unknown) => {
    tell({ closed: messageOf(error) });
    return null;
  });
  if (line === null) return;
  const channel = withPulse(line);
  channel.onMessage((message) => tell({ message }));
  let timer: NodeJS.Timeout | undefined;
  channel.onClosed((closed) => {
    tell({ closed });
    timer = setTimeout(() => process.kill(process.pid, "SIGKILL"), KILL_MS);
  });
  port.on("message", (order: ToLink) => {
    if ("line" in order) line.sendLine(order.line, order.lane);
    else if ("close" in order) channel.close();
    else timer?.refresh();
  });
}

/** The packages of the server are loaded only by an agent that dials. */
async function openLine(dial: LinkStart): Promise<LineChannel> {
  if (dial === null) return openStdio();
  const { dialIn } = await import("../dial/agent.ts");
  return dialIn(dial);
}

if (parentPort !== null) void run(parentPort, workerData as LinkStart);
