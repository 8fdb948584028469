import type { Msg, NatsConnection } from "@nats-io/transport-node";
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

/** Response to an agent without a rank: its rank and login, or why it gets none. */
export type Assigned =
  | { readonly rank: number; readonly password: string | null }
  | { readonly refused: string };

interface Answers extends GroupRun {
  readonly claims: Claims;
  readonly passwordOf: ((rank: number) => string) | null;
}

const asked = z.object({
  incarnation: z.string().min(1).max(100),
  host: z.string().min(1).max(300),
});

/**
 * Answers agents that look for the run, and those that need a rank. Returns a function that frees
 * a rank whose agent has ended.
 */
export function answerRequests(
  connection: NatsConnection,
  names: GroupNames,
  { session, agents, claims, passwordOf }: Answers,
): (rank: number) => void {
  const run: GroupRun = { session, agents };
  connection.subscribe(names.coordinator, {
    callback: (_, message) => void message.respond(JSON.stringify(run)),
  });
  const assigned = new Map<string, Promise<number | null>>();
  const free = new Set(Array.from({ length: agents }, (_, rank) => rank));
  /** Claims the lowest rank that is free. */
  const assign = async (incarnation: string, host: string): Promise<number | null> => {
    for (;;) {
      const [rank] = free;
      if (rank === undefined) return null;
      free.delete(rank);
      const claim = await claims.take(rank, { session, incarnation, attempt: 0, host });
      if (claim.incarnation === incarnation) return rank;
    }
  };
  const answer = async (message: Msg): Promise<void> => {
    const request = asked.safeParse(jsonOf(message)).data;
    if (request === undefined) return;
    const { incarnation, host } = request;
    // An agent repeats its request until it has the response.
    const rank = assigned.get(incarnation) ?? assign(incarnation, host);
    assigned.set(incarnation, rank);
    message.respond(JSON.stringify(responseOf(await rank, agents, passwordOf)));
  };
  connection.subscribe(names.ask, {
    callback: (_, message) => void answer(message).catch(() => {}),
  });
  return (rank) => void free.add(rank);
}

function responseOf(
  rank: number | null,
  agents: number,
  passwordOf: Answers["passwordOf"],
): Assigned {
  if (rank === null) return { refused: `all ${agents} ranks of the run are taken` };
  return { rank, password: passwordOf === null ? null : passwordOf(rank) };
}

function jsonOf(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return null;
  }
}
