import { setTimeout as sleep } from "node:timers/promises";
import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import { z } from "zod";
import type { Claims } from "./claims.ts";
import type { GroupNames } from "./names.ts";

/** The run to which agents come, as the coordinator describes it. */
export interface GroupRun {
  /** Id of the run of this group: a random text. */
  readonly session: string;
  /** Number of agents. */
  readonly agents: number;
}

/** Response to an agent that gets nothing: why. */
export interface Refused {
  readonly refused: string;
  /** False: it may get a rank that becomes free. */
  readonly isFinal: boolean;
}

/** Response to an agent without a rank. */
export type Assigned = { readonly rank: number } | Refused;

interface Answers extends GroupRun {
  readonly claims: Claims;
  /** Why no agent can come any more; null: agents are awaited. */
  readonly refusal: () => string | null;
  /** Whether a process has connected with the rank that it has claimed. */
  readonly isPresent: (rank: number, incarnation: string) => boolean;
}

/** Time for an agent to connect with the rank that was assigned to it. */
const COME_MS = 10_000;
/** Interval of attempts to free a rank while the server does not respond. */
const AGAIN_MS = 500;

const asked = z.object({
  incarnation: z.string().min(1).max(100),
  host: z.string().min(1).max(300),
});

/** Answers agents that look for the run, and those that need a rank. */
export class Requests {
  private readonly answers: Answers;
  private readonly free: Set<number>;
  /** Ranks by incarnation: an agent repeats its request until it has the response. */
  private readonly assigned = new Map<string, Promise<number | null>>();
  private readonly connection: NatsConnection;
  private readonly names: GroupNames;
  private subscriptions: readonly Subscription[] = [];

  constructor(connection: NatsConnection, names: GroupNames, answers: Answers) {
    this.connection = connection;
    this.names = names;
    this.answers = answers;
    this.free = new Set(Array.from({ length: answers.agents }, (_, rank) => rank));
    this.listen();
  }

  /** Answers from now on. */
  listen(): void {
    this.stop();
    const { connection, names } = this;
    const { session, agents, refusal } = this.answers;
    const run = connection.subscribe(names.coordinator, {
      callback: (_, message) => {
        const refused = refusal();
        const response: GroupRun | Refused =
          refused === null ? { session, agents } : { refused, isFinal: true };
        respond(message, response);
      },
    });
    const ask = connection.subscribe(names.ask, {
      callback: (_, message) => void this.answer(message),
    });
    this.subscriptions = [run, ask];
  }

  /** Answers no more. */
  stop(): void {
    for (const one of this.subscriptions) one.unsubscribe();
  }

  /** Frees the rank of a process that has ended. */
  async release(rank: number, incarnation: string): Promise<void> {
    while (!(await this.isReleased(rank, incarnation)) && !this.connection.isClosed()) {
      await sleep(AGAIN_MS);
    }
    this.assigned.delete(incarnation);
    this.free.add(rank);
  }

  private isReleased(rank: number, incarnation: string): Promise<boolean> {
    return this.answers.claims.release(rank, incarnation).then(
      () => true,
      () => false,
    );
  }

  private async answer(message: Msg): Promise<void> {
    const request = asked.safeParse(jsonOf(message)).data;
    if (request === undefined) return;
    respond(message, await this.responseTo(request));
  }

  private async responseTo({ incarnation, host }: z.output<typeof asked>): Promise<Assigned> {
    const refused = this.answers.refusal();
    if (refused !== null) return { refused, isFinal: true };
    const assigning = this.assigned.get(incarnation) ?? this.assign(incarnation, host);
    this.assigned.set(incarnation, assigning);
    const rank = await assigning;
    if (rank !== null) return { rank };
    this.assigned.delete(incarnation);
    const { agents } = this.answers;
    return { refused: `all ${agents} ranks of the run are taken`, isFinal: false };
  }

  /** Claims the lowest rank that is free. */
  private async assign(incarnation: string, host: string): Promise<number | null> {
    for (const rank of [...this.free].sort((one, other) => one - other)) {
      if (!this.free.delete(rank)) continue;
      const own = { incarnation, attempt: 0, host };
      const claim = await this.answers.claims.take(rank, own).catch(() => null);
      if (claim === null) this.free.add(rank);
      else setTimeout(() => this.expire(rank, claim.incarnation), COME_MS).unref();
      if (claim?.incarnation === incarnation) return rank;
    }
    return null;
  }

  /** Frees a rank whose process has ended before it connected. */
  private expire(rank: number, incarnation: string): void {
    if (this.answers.refusal() !== null || this.answers.isPresent(rank, incarnation)) return;
    void this.release(rank, incarnation);
  }
}

/**
 * Responds to a request. The coordinator may use more subjects than an agent, so that a request
 * with another subject for its response could delete messages or reach other agents.
 */
function respond(message: Msg, response: GroupRun | Assigned): void {
  if (message.reply?.startsWith("_INBOX.")) message.respond(JSON.stringify(response));
}

function jsonOf(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return null;
  }
}
