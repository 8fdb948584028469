import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { JetStreamManager } from "@nats-io/jetstream";
import { inTime } from "../../model/abort.ts";
import { messageOf, PreflightError } from "../../model/fault/errors.ts";
import type { Channel } from "../channel.ts";
import { Admission } from "./admission.ts";
import { Claims, openBucket } from "./claims.ts";
import { type ConnectOptions, connectNats, inboxFor } from "./connection.ts";
import { Feed } from "./feed.ts";
import { Chair, freshStream } from "./group.ts";
import type { Wire } from "./lane-channel.ts";
import { addressOf, type GroupNames } from "./names.ts";

/** Time for the last messages to leave. */
const FLUSH_MS = 2000;
const AGAIN_MS = 500;

/** The group that a coordinator opens. */
export interface HallOptions extends ConnectOptions {
  readonly names: GroupNames;
  /** Number of agents that are awaited. */
  readonly agents: number;
  /**
   * Time for an agent whose connection was cut to connect again, milliseconds; default: 600. An
   * agent that was killed is lost after this time and an interval of beats.
   */
  readonly lostMs?: number;
}

const LOST_MS = 600;

/** The coordinator's side of a group: agents claim a rank, and each rank has a channel. */
export class Hall {
  /** Id of the run. */
  readonly session: string;
  private readonly wire: Wire;
  private readonly manager: JetStreamManager;
  private readonly chair: Chair;
  private readonly admission: Admission;
  private readonly feed: Feed;

  private constructor(
    wire: Wire,
    parts: Pick<Hall, "session"> & {
      manager: JetStreamManager;
      chair: Chair;
      admission: Admission;
      feed: Feed;
    },
  ) {
    this.wire = wire;
    this.manager = parts.manager;
    this.chair = parts.chair;
    this.admission = parts.admission;
    this.feed = parts.feed;
    this.session = parts.session;
    void this.followStatus();
  }

  /**
   * Connects to the server and makes the group ready for agents.
   * @throws PreflightError if the server does not let it, or another coordinator has the group
   */
  static async open(options: HallOptions): Promise<Hall> {
    const connection = await connectNats(options);
    try {
      const { names, agents, login, lostMs = LOST_MS } = options;
      const { jetstream, jetstreamManager } = await import("@nats-io/jetstream");
      const wire = { connection, stream: jetstream(connection), names, inbox: inboxFor(login) };
      const manager = await jetstreamManager(connection);
      const session = randomUUID();
      const bucket = await openBucket(wire.stream, names, true);
      const chair = await Chair.take(connection, bucket, names, session);
      await freshStream(manager, names);
      const admission = new Admission(wire, new Claims(bucket, session), {
        ...{ session, agents, lostMs },
      });
      const feed = await Feed.open(wire, names.all(session, "up", "data"), (message) =>
        admission.laneOf(addressOf(message.subject))?.receiveChunk(message),
      );
      if (admission.problem !== null) throw admission.problem;
      return new Hall(wire, { session, manager, chair, admission, feed });
    } catch (error) {
      await connection.close();
      if (error instanceof PreflightError) throw error;
      throw new PreflightError(
        `the NATS server did not let assay open the group ${options.names.group}: ` +
          `${messageOf(error)}; the user of the coordinator needs JetStream and its subjects`,
        { cause: error },
      );
    }
  }

  /** The channel of the agent that has, or will have, a rank. */
  channelOf(rank: number): Channel {
    const slot = this.admission.slots[rank];
    if (slot === undefined) throw new Error(`no rank ${rank}`);
    return slot;
  }

  /** Ends the channels of ranks without an agent: none can come any more. */
  fail(why: string): void {
    for (const slot of this.admission.slots) if (!slot.isBound) slot.fail(why);
  }

  /** From now on, agents that come or start again are refused. */
  begin(): void {
    this.admission.begin();
  }

  /** Removes the group from the server and disconnects. */
  async close(): Promise<void> {
    this.feed.stop();
    const { connection } = this.wire;
    await inTime(this.remove(), FLUSH_MS, () => new Error("late")).catch(() => {});
    await connection.close();
  }

  private async remove(): Promise<void> {
    const { connection, names } = this.wire;
    if ((await this.chair.loss()) !== null) return;
    await Promise.allSettled([
      this.manager.streams.delete(names.stream),
      this.manager.streams.delete(`KV_${names.bucket}`),
    ]);
    await connection.flush();
  }

  /** Agents are disconnected and connect again at the same time as this host. */
  private async followStatus(): Promise<void> {
    for await (const { type } of this.wire.connection.status()) {
      if (type !== "disconnect" && type !== "reconnect") continue;
      for (const slot of this.admission.slots) slot.renew();
      this.admission.answer(false);
      if (type === "disconnect") continue;
      this.feed.renew();
      void this.resume();
    }
  }

  /** Ends the run if another one has taken over the group while this host was disconnected. */
  private async resume(): Promise<void> {
    const { connection } = this.wire;
    while (!connection.isClosed()) {
      try {
        const why = await this.chair.loss();
        if (why === null) this.admission.answer(true);
        else for (const slot of this.admission.slots) slot.fail(why);
        return;
      } catch {
        // The server is not ready yet.
        await sleep(AGAIN_MS);
      }
    }
  }
}
