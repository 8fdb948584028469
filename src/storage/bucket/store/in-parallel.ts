/**
 * Works through `0` to `count - 1` in order, `lanes` of them at a time. The first failure ends it:
 * nothing is begun after it, and it is thrown once all that had begun is over.
 */
export async function inLanes(
  count: number,
  lanes: number,
  work: (index: number, lane: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const run = async (lane: number): Promise<void> => {
    while (next < count) {
      try {
        await work(next++, lane);
      } catch (error) {
        next = count;
        throw error;
      }
    }
  };
  const running = Array.from({ length: Math.min(lanes, count) }, (_, lane) => run(lane));
  for (const result of await Promise.allSettled(running)) {
    if (result.status === "rejected") throw result.reason;
  }
}
