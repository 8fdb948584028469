import type { JetStreamManager } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { PreflightError } from "../../model/fault/errors.ts";
import { isConflict } from "./claims.ts";
import type { GroupNames } from "./names.ts";

/** Age at which the server forgets messages: a session without any for 10 s has ended. */
const MAX_AGE_MS = 120_000;
/**
 * Maximum number of readers of the stream: each agent is one, and one that lost its place begins a
 * new one. The default of the server is 1,000.
 */
const MAX_CONSUMERS = 100_000;
/** Time for a coordinator that has the group already to respond. */
const RIVAL_MS = 1000;
/** Key of the bucket that names the coordinator. */
const COORDINATOR_KEY = "coordinator";

/** Throws PreflightError if another coordinator is at work in the group. */
export async function refuseRival(connection: NatsConnection, names: GroupNames): Promise<void> {
  try {
    await connection.request(names.coordinator, "", { timeout: RIVAL_MS });
  } catch {
    // No coordinator responds.
    return;
  }
  throw rival(names);
}

function rival({ group }: GroupNames): PreflightError {
  return new PreflightError(
    `another run uses the group ${group} of this NATS server; wait for its end, or choose ` +
      "another name with --group, for the agents too",
  );
}

/** Writes that this process is the coordinator; of two that start concurrently, one fails. */
export async function becomeCoordinator(
  bucket: KV,
  names: GroupNames,
  session: string,
): Promise<void> {
  const before = await bucket.get(COORDINATOR_KEY);
  try {
    await bucket.put(COORDINATOR_KEY, session, { previousSeq: before?.revision ?? 0 });
  } catch (error) {
    throw isConflict(error) ? rival(names) : error;
  }
}

/** Makes the stream of the group, without messages of an earlier run. */
export async function freshStream(manager: JetStreamManager, names: GroupNames): Promise<void> {
  const { nanos } = await import("@nats-io/transport-node");
  const config = {
    name: names.stream,
    subjects: [names.data],
    max_consumers: MAX_CONSUMERS,
    max_age: nanos(MAX_AGE_MS),
    duplicate_window: nanos(MAX_AGE_MS),
  };
  await manager.streams.delete(names.stream).catch(() => false);
  await manager.streams.add(config);
}
