import { openTarget, writeToken } from "../../storage/index.ts";
import type { HoldParams } from "../run-calls.ts";
import type { CallContext } from "../serve.ts";

/**
 * Writes a token to a target, reports it, and removes it when the coordinator asks for it. Another
 * host that reads it sees the same storage. The token is null for a target of which each host has
 * its own. Returns a message for each part that could not be removed.
 */
export async function hold(
  { target, runId, assayVersion }: HoldParams,
  call: CallContext,
): Promise<readonly string[]> {
  const asked = Promise.withResolvers<void>();
  call.onNote(() => asked.resolve());
  call.signal.addEventListener("abort", () => asked.resolve(), { once: true });
  const options = { runId, assayVersion, datasets: [], reuse: false, signal: call.signal };
  const session = await openTarget(target, options);
  let left: readonly string[] = [];
  try {
    const token = session.writeToken === undefined ? null : await writeToken(session);
    call.event({ token });
    await asked.promise;
  } finally {
    left = (await session.clean()).left;
    await session.close();
  }
  return left;
}
