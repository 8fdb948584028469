import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { readText } from "../../environment/machine/roots.ts";
import type { Holder } from "./manifest.ts";

/** Interval of the heartbeats by which a run shows other hosts that it is active. */
export const HEARTBEAT_MS = 20_000;
/** Age from which other hosts consider a heartbeat expired, and its run ended. */
export const HEARTBEAT_LIMIT_MS = 60_000;

/** Describes this process as the holder of the data of run `runId`. */
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
 * Whether the process that holds a manifest still runs. If this process can see it (same boot and
 * PID namespace), its PID and start time decide, so that a reused PID does not count. Otherwise
 * (another host or container) the age of its last heartbeat decides.
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
 * Start time of a process in clock ticks since boot (proc(5), stat field 22); null if there is no
 * such process. The name in field 2 may contain spaces and brackets, so counting starts after it.
 */
export function processStart(pid: number): string | null {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // A zombie has ended and holds no data.
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
