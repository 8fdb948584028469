import { setTimeout as sleep } from "node:timers/promises";
import type { Kept } from "../foreground/keeper.ts";
import { reservePort } from "./port.ts";

const START_ATTEMPTS = 5;
const READY_DEADLINE_MS = 30_000;
const READY_POLL_MS = 50;

/** A server that did not start, with its own words. */
export interface Failed {
  readonly failed: string;
}

/**
 * Starts a server on a port of the loopback that stays reserved until its `stop`, even if the
 * server is killed. Returns the reason if it does not start.
 */
export async function startOnReservedPort<T extends { stop(): Promise<void> }>(
  start: (port: number) => Promise<T | Failed>,
): Promise<T | Failed> {
  let failed = "";
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
    const { port, release } = await reservePort();
    const started = await start(port);
    if (!("failed" in started)) {
      const stop = started.stop.bind(started);
      return Object.assign(started, { stop: () => stop().finally(release) });
    }
    release();
    failed = started.failed;
    // Retry only if another process took the port.
    if (!/address.*in use|port is already allocated/i.test(failed)) break;
  }
  return { failed };
}

/**
 * Waits until a started server responds; returns the result of `probe`. Null if the server ends
 * before, or does not respond in time.
 */
export async function whenReady<T>(
  { words }: Kept,
  probe: () => Promise<T | null>,
): Promise<T | null> {
  const deadline = performance.now() + READY_DEADLINE_MS;
  while (!words.ended && performance.now() < deadline) {
    const found = await probe();
    if (found !== null) return found;
    await sleep(READY_POLL_MS);
  }
  return null;
}
