import { setTimeout as sleep } from "node:timers/promises";
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
const RIVAL_MS = 3000;
const RESPONSE_MS = 1000;
const AGAIN_MS = 200;
/** Key of the bucket that names the coordinator. */
const KEY = "coordinator";

/** A coordinator's place in the bucket of its group. */
export class Chair {
  private readonly bucket: KV;
  private readonly names: GroupNames;
  private readonly session: string;

  private constructor(bucket: KV, names: GroupNames, session: string) {
    this.bucket = bucket;
    this.names = names;
    this.session = session;
  }

  /**
   * Writes that this process is the coordinator; of two that start concurrently, one fails. A
   * coordinator that ended properly has removed the bucket. One that was killed does not respond.
   * @throws PreflightError if another coordinator is at work in the group
   */
  static async take(
    connection: NatsConnection,
    bucket: KV,
    names: GroupNames,
    session: string,
  ): Promise<Chair> {
    const before = await bucket.get(KEY);
    if (before !== null && (await responds(connection, names))) throw rival(names);
    try {
      await bucket.put(KEY, session, { previousSeq: before?.revision ?? 0 });
    } catch (error) {
      throw isConflict(error) ? rival(names) : error;
    }
    return new Chair(bucket, names, session);
  }

  /** Why this process is not the coordinator any more; null: it is. */
  async loss(): Promise<string | null> {
    const entry = await this.bucket.get(KEY);
    if (entry?.operation === "PUT" && entry.string() === this.session) return null;
    return `another run has taken over the group ${this.names.group} of the NATS server`;
  }
}

/** Whether a coordinator is at work: one whose connection was cut connects again soon. */
async function responds(connection: NatsConnection, names: GroupNames): Promise<boolean> {
  const untilMs = performance.now() + RIVAL_MS;
  while (performance.now() < untilMs) {
    try {
      await connection.request(names.coordinator, "", { timeout: RESPONSE_MS });
      return true;
    } catch {
      await sleep(AGAIN_MS);
    }
  }
  return false;
}

function rival({ group }: GroupNames): PreflightError {
  return new PreflightError(
    `another run uses the group ${group} of this NATS server; wait for its end, or choose ` +
      "another name with --group, for the agents too",
  );
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
