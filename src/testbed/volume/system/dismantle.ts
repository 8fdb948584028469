import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, messageOf } from "../../../model/fault/errors.ts";
import { ThrottledGroup } from "./cgroup.ts";
import { detach, devicesOn, numberOf, unmount } from "./device.ts";
import {
  groupOf,
  keeperLives,
  mountPointOf,
  readRecord,
  removeRecord,
  type VolumeRecord,
} from "./record.ts";

const GRACE_MS = 2_000;
const POLL_MS = 20;
const KEEPER_DEADLINE_MS = 30_000;
const UNLIMITED = { iops: null, bytesPerSecond: null };

/**
 * Treatment of the processes in a volume's group. `end`: processes of `exec` and tests are ended,
 * and the mount is removed in any case. `release`: a shell that joined a volume leaves the group,
 * and a mount in use is an error.
 */
export type Members = "end" | "release";

/** Removes all parts of a volume that exist. May be called again. */
export async function dismantle(record: VolumeRecord, members: Members): Promise<void> {
  const group = new ThrottledGroup(record.hierarchy, groupOf(record));
  const own = record.beside === undefined;
  const devices = await devicesOn(record.backing);
  // Requests that wait for the throttle would block the end of a process and an unmount.
  if (existsSync(group.folder)) await liftLimits(group, devices);
  if (own && members === "end") await endAll(group);
  await unmount(mountPointOf(record.id), members === "end");
  if (own) await group.release();
  if (own) await group.remove();
  for (const device of devices) await detach(device);
  await rm(record.backing, { force: true });
  await removeRecord(record.id);
}

/** Removes a volume. @throws Error, without any change, if its mount is in use */
export async function takeDown(record: VolumeRecord): Promise<void> {
  const mountPoint = mountPointOf(record.id);
  try {
    await unmount(mountPoint, false);
  } catch (error) {
    throw new Error(
      `cannot remove volume ${record.id} (${messageOf(error)}): ` +
        `end the processes that use ${mountPoint}`,
    );
  }
  if (await keeperLives(record)) {
    process.kill(record.keeperPid, "SIGTERM");
    const deadline = performance.now() + KEEPER_DEADLINE_MS;
    while ((await keeperLives(record)) && performance.now() < deadline) await sleep(POLL_MS);
  }
  // A killed or failed keeper leaves parts behind.
  if ((await readRecord(record.id)) !== null) await dismantle(record, "release");
}

async function liftLimits(group: ThrottledGroup, devices: readonly string[]): Promise<void> {
  for (const device of devices) {
    await group.limit(await numberOf(device), { read: UNLIMITED, write: UNLIMITED });
  }
}

async function endAll(group: ThrottledGroup): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const until = performance.now() + GRACE_MS;
    for (const pid of await others(group)) kill(pid, signal);
    while ((await others(group)).length > 0 && performance.now() < until) await sleep(POLL_MS);
  }
}

/** Processes of the group except this one, which may have joined. */
async function others(group: ThrottledGroup): Promise<readonly number[]> {
  return (await group.members()).filter((pid) => pid !== process.pid && pid !== process.ppid);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error;
  }
}
