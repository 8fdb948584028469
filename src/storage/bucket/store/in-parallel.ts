/**
 * Calls `work` for `0` to `count - 1` in order, with at most `limit` calls in flight. Each call has
 * an exclusive `slot` (`0` to `limit - 1`), for buffers that must not be shared. After a failure,
 * no call starts; the failure is thrown when all running calls have ended.
 */
export async function inParallel(
  count: number,
  limit: number,
  work: (index: number, slot: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const run = async (slot: number): Promise<void> => {
    while (next < count) {
      try {
        await work(next++, slot);
      } catch (error) {
        next = count;
        throw error;
      }
    }
  };
  const running = Array.from({ length: Math.min(limit, count) }, (_, slot) => run(slot));
  for (const result of await Promise.allSettled(running)) {
    if (result.status === "rejected") throw result.reason;
  }
}
