import { setTimeout as sleep } from "node:timers/promises";
import { PreflightError } from "../../model/fault/errors.ts";

/**
 * Time after which data of another host that this host does not see is missing, ms. NFS clients
 * cache attributes and names for 3 s by default after a change.
 */
export const VISIBLE_MS = 5_000;

/** Pause between two looks at data of another host. */
const LOOK_AGAIN_MS = 100;

/** Thrown if this host does not see the data of a run that another host opened. */
export class NotVisibleError extends PreflightError {}

/**
 * Looks at data of another host until it is visible.
 *
 * @param look returns null if it sees nothing yet, and throws NotVisibleError with the reason
 * @throws the last NotVisibleError after `timeoutMs`
 */
export async function untilVisible<Found>(
  look: () => Promise<Found | null>,
  signal: AbortSignal | undefined,
  timeoutMs = VISIBLE_MS,
): Promise<Found | null> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const isLast = performance.now() >= endMs;
    try {
      const found = await look();
      if (found !== null || isLast) return found;
    } catch (error) {
      if (isLast || !(error instanceof NotVisibleError)) throw error;
    }
    await sleep(LOOK_AGAIN_MS, undefined, signal === undefined ? {} : { signal });
  }
}
