/**
 * Works through `0` to `count - 1` in order, `limit` of them in flight. Each has a `slot`
 * (`0` to `limit - 1`) for itself while it lasts, for buffers that must not be shared. The first
 * failure ends it: nothing is begun after it, and it is thrown once all that had begun is over.
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
