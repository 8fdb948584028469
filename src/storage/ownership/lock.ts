import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { readText } from "../../environment/machine/roots.ts";
import type { Holder } from "./manifest.ts";

/** How often a holder shows other machines that it lives, and how long they believe it. */
export const HEARTBEAT_MS = 20_000;
export const HEARTBEAT_LIMIT_MS = 60_000;

/** This process, as the holder of the data of run `runId`. */
export function thisHolder(runId: string): Holder {
  return {
    runId,
    host: hostname(),
    pid: process.pid,
    bootId: readText("/proc/sys/kernel/random/boot_id") ?? "",
    pidNamespace: readPidNamespace(),
    processStart: processStart(process.pid) ?? "",
  };
}

/**
 * Whether the process that holds a manifest still runs. Where this process can see it (same boot,
 * same process name space), by its number and start time, so that a reused number is not mistaken
 * for it. Elsewhere (another machine, another container) by the age of its last heartbeat.
 */
export function isHeld(holder: Holder | null, heartbeatAgeMs: number): boolean {
  if (holder === null) return false;
  const self = thisHolder("");
  const visible =
    self.bootId !== "" &&
    holder.bootId === self.bootId &&
    holder.pidNamespace === self.pidNamespace;
  if (!visible) return heartbeatAgeMs < HEARTBEAT_LIMIT_MS;
  const start = processStart(holder.pid);
  return start !== null && start === holder.processStart;
}

/**
 * Start time of a process in clock ticks since boot (proc(5), stat field 22), null when there is no
 * such process. The name in field 2 may hold spaces and brackets, so counting begins after it.
 */
export function processStart(pid: number): string | null {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // A zombie holds nothing any more, it only waits to be counted by its parent.
  if (fields[0] === "Z" || fields[0] === "X") return null;
  return fields[19] ?? null;
}

function readPidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
