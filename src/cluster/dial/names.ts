import { UsageError } from "../../model/fault/errors.ts";
import { printable } from "../../model/printable.ts";
import { isList, type Json } from "../channel.ts";

/** Name under which a coordinator and its agents meet, unless another one is given. */
export const DEFAULT_GROUP = "assay";

const GROUP = /^[A-Za-z0-9_-]{1,60}$/;

/** Direction of messages: from agents to the coordinator, or to an agent. */
export type Direction = "up" | "down";

/**
 * `pulse`: greetings, clock requests and beats, which are worthless later and so are not stored.
 * `data`: everything else, in a stream of the server that acknowledges it.
 */
export type Lane = "pulse" | "data";

/** Names that one group uses on a server. Every subject begins with `assay.<group>.`. */
export interface GroupNames {
  readonly group: string;
  /** Stream of the data lanes. */
  readonly stream: string;
  /** Key-value bucket with the run, and who has which rank. */
  readonly bucket: string;
  /** Subjects of the stream. */
  readonly data: string;
  /** Agents without a rank ask here for one. */
  readonly ask: string;
  /** A coordinator that is at work responds here. */
  readonly coordinator: string;
  /** Everything of one run, direction and lane, from or to all agents. */
  readonly all: (session: string, direction: Direction, lane: Lane) => string;
  /** Subject on which an agent without its rank contests a claim; all of them: `allContests`. */
  readonly contest: (agent: Address) => string;
  readonly allContests: (session: string) => string;
  /** Subject of one agent. */
  readonly of: (agent: Address, direction: Direction, lane: Lane) => string;
}

/** Process that has, or wants, a rank of a run. */
export interface Address {
  readonly rank: number;
  /** Id of the run: a coordinator and agents that lost their group do not disturb the next one. */
  readonly session: string;
  /** Id of the process. Agents do not know those of other ranks. */
  readonly incarnation: string;
}

/** Returns the names of a group. @throws UsageError for an invalid group */
export function namesOf(group: string): GroupNames {
  if (!GROUP.test(group)) {
    throw new UsageError(
      `--group: expected 1 to 60 letters, digits, _ or -, got \`${printable(group)}\``,
    );
  }
  const root = `assay.${group}`;
  return {
    group,
    stream: `ASSAY_${group}`,
    bucket: `ASSAY_${group}`,
    data: `${root}.*.*.*.*.data`,
    ask: `${root}.ask`,
    coordinator: `${root}.coordinator`,
    all: (session, direction, lane) => `${root}.${direction}.*.${session}.*.${lane}`,
    contest: ({ rank, session, incarnation }) =>
      `${root}.up.${rank}.${session}.${incarnation}.contest`,
    allContests: (session) => `${root}.up.*.${session}.*.contest`,
    of: ({ rank, session, incarnation }, direction, lane) =>
      `${root}.${direction}.${rank}.${session}.${incarnation}.${lane}`,
  };
}

const AGENT = /^assay\.[^.]+\.(?:up|down)\.(\d{1,6})\.([^.]+)\.([^.]+)\.(?:pulse|data|contest)$/;

/** Returns the agent that a subject of a lane names; null if it names none. */
export function addressOf(subject: string): Address | null {
  const [, rank = "", session = "", incarnation] = AGENT.exec(subject) ?? [];
  return incarnation === undefined ? null : { rank: Number(rank), session, incarnation };
}

/**
 * Key of the bucket that names who has a rank in a run. The id of the run is part of it: an agent
 * that found an earlier run cannot take a rank of a later one.
 */
export function rankKey(rank: number, session: string): string {
  return `rank.${rank}.${session}`;
}

/** Subjects below which a user receives responses. */
export function inboxOf(user: string): string {
  return `_INBOX.${user}`;
}

const PULSES: readonly unknown[] = ["hello", "clock", "beat"];

/** Returns the lane of a message. */
export function laneOf(message: Json): Lane {
  const type = typeof message === "object" && message !== null && !isList(message) && message.type;
  return PULSES.includes(type) ? "pulse" : "data";
}
