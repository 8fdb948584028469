import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../src/model/fault/errors.ts";
import { unmount } from "./device.ts";
import { dismantle } from "./dismantle.ts";
import { keeperLives, mountPointOf, readRecord, type VolumeRecord } from "./record.ts";

const KEEPER_DEADLINE_MS = 30_000;
const POLL_MS = 20;

/** Takes a volume down. Throws one sentence, and changes nothing, while its mount is in use. */
export async function takeDown(record: VolumeRecord): Promise<void> {
  const mountPoint = mountPointOf(record.id);
  try {
    await unmount(mountPoint, false);
  } catch (error) {
    throw new Error(`volume ${record.id} stays (${messageOf(error)}): end what uses ${mountPoint}`);
  }
  if (await keeperLives(record)) {
    process.kill(record.keeperPid, "SIGTERM");
    const deadline = performance.now() + KEEPER_DEADLINE_MS;
    while ((await keeperLives(record)) && performance.now() < deadline) await sleep(POLL_MS);
  }
  // A keeper that was killed, or could not do it, has left something.
  if ((await readRecord(record.id)) !== null) await dismantle(record, "release");
}
