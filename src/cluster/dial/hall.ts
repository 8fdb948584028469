import { randomUUID } from "node:crypto";
import type { ConsumerMessages, JetStreamManager } from "@nats-io/jetstream";
import type { Msg } from "@nats-io/transport-node";
import { messageOf, PreflightError } from "../../model/fault/errors.ts";
import type { Channel } from "../channel.ts";
import { type Claims, openClaims } from "./claims.ts";
import { type ConnectOptions, connectNats } from "./connection.ts";
import { becomeCoordinator, freshStream, refuseRival } from "./group.ts";
import { LaneChannel, type Wire } from "./lane-channel.ts";
import { type Address, addressOf, type GroupNames, inboxOf } from "./names.ts";
import { answerRequests } from "./requests.ts";
import { Slot } from "./slot.ts";
import { COORDINATOR } from "./users.ts";

/** A server that waits longer for its own consumer recreates it. */
const HEARTBEAT_MS = 2000;

/** The group that a coordinator opens. */
export interface HallOptions extends ConnectOptions {
  readonly names: GroupNames;
  /** Number of agents that are awaited. */
  readonly agents: number;
  /** Password of the user of a rank; null if all agents log in alike. */
  readonly passwordOf: ((rank: number) => string) | null;
}

/** The coordinator's side of a group: agents claim a rank, and each rank has a channel. */
export class Hall {
  private readonly wire: Wire;
  private readonly manager: JetStreamManager;
  private readonly claims: Claims;
  private readonly session: string;
  private readonly slots: readonly Slot[];
  /** Base of the subjects on which the server reports that an agent does not listen. */
  private readonly goneInbox: string;
  private messages: ConsumerMessages | null = null;
  private free: (rank: number) => void = () => {};
  private started = false;

  private constructor(
    wire: Wire,
    opened: { manager: JetStreamManager; claims: Claims; session: string },
    { agents, login }: HallOptions,
  ) {
    this.wire = wire;
    this.manager = opened.manager;
    this.claims = opened.claims;
    this.session = opened.session;
    const user = login.kind === "password" ? login.user : COORDINATOR;
    this.goneInbox = `${inboxOf(user)}.gone.${randomUUID()}`;
    this.slots = Array.from({ length: agents }, (_, rank) => new Slot(rank));
  }

  /**
   * Connects to the server and makes the group ready for agents.
   * @throws PreflightError if the server does not let it, or another coordinator has the group
   */
  static async open(options: HallOptions): Promise<Hall> {
    const connection = await connectNats(options);
    try {
      const { names } = options;
      await refuseRival(connection, names);
      const { jetstream, jetstreamManager } = await import("@nats-io/jetstream");
      const stream = jetstream(connection);
      const manager = await jetstreamManager(connection);
      const session = randomUUID();
      const opened = await openClaims(stream, names, true);
      await becomeCoordinator(opened.bucket, names, session);
      await freshStream(manager, names);
      const hall = new Hall(
        { connection, stream, names },
        { manager, session, ...opened },
        options,
      );
      await hall.listen(options);
      return hall;
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
    const slot = this.slots[rank];
    if (slot === undefined) throw new Error(`no rank ${rank}`);
    return slot;
  }

  /** Ends the channels of ranks without an agent: none can come any more. */
  fail(why: string): void {
    for (const slot of this.slots) if (!slot.isBound) slot.fail(why);
  }

  /** From now on, agents that come or start again are refused. */
  begin(): void {
    this.started = true;
    for (const slot of this.slots) slot.begin();
  }

  /** Removes the group from the server and disconnects. */
  async close(): Promise<void> {
    const { connection, names } = this.wire;
    this.messages?.stop();
    await Promise.allSettled([
      this.manager.streams.delete(names.stream),
      this.manager.streams.delete(`KV_${names.bucket}`),
    ]);
    await connection.close();
  }

  private async listen({ agents, passwordOf }: HallOptions): Promise<void> {
    const { connection, stream, names } = this.wire;
    const { session, claims } = this;
    connection.subscribe(`${this.goneInbox}.*.*`, { callback: (_, message) => this.miss(message) });
    connection.subscribe(names.all("up", "pulse"), {
      callback: (error, message) => {
        if (error === null) this.hear(message);
      },
    });
    const consumer = await stream.consumers.get(names.stream, {
      filter_subjects: names.all("up", "data"),
    });
    this.messages = await consumer.consume({
      idle_heartbeat: HEARTBEAT_MS,
      callback: (message) => this.laneOf(addressOf(message.subject))?.receiveChunk(message),
    });
    this.free = answerRequests(connection, names, { session, agents, claims, passwordOf });
    void this.followStatus();
  }

  /** Remembers when the connection was renewed: agents renew theirs at the same time. */
  private async followStatus(): Promise<void> {
    for await (const { type } of this.wire.connection.status()) {
      if (type === "disconnect" || type === "reconnect") {
        for (const slot of this.slots) slot.renewed();
      }
    }
  }

  private laneOf(address: Address | null): LaneChannel | null {
    return address === null ? null : (this.slots[address.rank]?.laneOf(address) ?? null);
  }

  /** Takes a pulse of an agent; the first one of a process asks for its rank. */
  private hear({ subject, data }: Msg): void {
    const address = addressOf(subject);
    if (address === null) return;
    const lane = this.laneOf(address);
    if (lane !== null) lane.receive(data);
    else void this.admit(address, data).catch(() => {});
  }

  /** Lets a process have its rank if it holds the claim, before the start. */
  private async admit(address: Address, data: Uint8Array): Promise<void> {
    const slot = this.slots[address.rank];
    if (slot === undefined) {
      this.refuse(
        address,
        `rank ${address.rank} is not one of the ${this.slots.length} of this run`,
      );
      return;
    }
    if (this.started) {
      this.refuse(address, "the run has started; an agent that comes later does not take part");
      return;
    }
    const claim = await this.claims.of(address.rank);
    if (claim?.session !== this.session) return;
    if (claim.incarnation !== address.incarnation) {
      this.refuse(address, `rank ${address.rank} was taken by another agent, on ${claim.host}`);
      return;
    }
    // Its next greeting, or another process, may have come while the claim was read.
    if (this.started || slot.laneOf(address) !== null) return;
    const gone = `${this.goneInbox}.${address.rank}.${address.incarnation}`;
    const lane = new LaneChannel(this.wire, address, "down", gone);
    slot.bind(address, lane, () => void this.release(address.rank));
    lane.receive(data);
  }

  /** Lets another process have a rank whose process has ended before the start. */
  private async release(rank: number): Promise<void> {
    await this.claims.release(rank).catch(() => {});
    this.free(rank);
  }

  private refuse(address: Address, why: string): void {
    const { connection, names } = this.wire;
    connection.publish(
      names.of(address, "down", "pulse"),
      JSON.stringify({ type: "refuse", message: why }),
    );
  }

  /** The server found no process that listens to a pulse. */
  private miss({ subject, headers }: Msg): void {
    if (headers?.code !== 503) return;
    const [rank, incarnation = ""] = subject.slice(this.goneInbox.length + 1).split(".");
    const address = { rank: Number(rank), incarnation };
    const slot = this.slots[address.rank];
    if (slot?.laneOf(address)) slot.missed();
  }
}
