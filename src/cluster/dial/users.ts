import { createHmac, randomBytes } from "node:crypto";
import { inboxOf, namesOf, rankKey } from "./names.ts";

/** Secrets of one run or group, each of 128 bits or more, as text. */
export interface GroupSecrets {
  /** Password of the coordinator. */
  readonly coordinator: string;
  /** Secret of which the password of each agent is derived. */
  readonly secret: string;
}

const SECRET_BYTES = 32;

/** Draws the secrets of a group. */
export function newSecrets(): GroupSecrets {
  const draw = () => randomBytes(SECRET_BYTES).toString("base64url");
  return { coordinator: draw(), secret: draw() };
}

/** User of a server, and the subjects that it may use. */
export interface NatsUser {
  readonly user: string;
  readonly password: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** Name of the coordinator's user. */
export const COORDINATOR = "coordinator";

/** Name of the user that an agent has; without a rank it can only ask for one. */
export function agentUser(rank: number | null): string {
  return rank === null ? "agent" : `agent-${rank}`;
}

/** Password of an agent's user: HMAC-SHA256 of its name with the secret, base64url. */
export function agentPassword(secret: string, rank: number | null): string {
  return createHmac("sha256", secret).update(agentUser(rank)).digest("base64url");
}

/**
 * Users of a server for one group: the coordinator, an agent without a rank, and one per rank. The
 * server refuses everything that is not listed, so an agent can only send as its own rank.
 */
export function usersOf(
  group: string,
  { coordinator, secret }: GroupSecrets,
  agents: number,
): readonly NatsUser[] {
  const names = namesOf(group);
  const lead = {
    user: COORDINATOR,
    password: coordinator,
    publish: leadSubjects(group),
    subscribe: [`assay.${group}.>`, `${inboxOf(COORDINATOR)}.>`],
  };
  const asking = {
    user: agentUser(null),
    password: agentPassword(secret, null),
    publish: [names.ask],
    subscribe: [`${inboxOf(agentUser(null))}.>`],
  };
  const ranked = Array.from({ length: agents }, (_, rank) => ({
    user: agentUser(rank),
    password: agentPassword(secret, rank),
    publish: rankSubjects(group, rank),
    subscribe: [`assay.${group}.down.${rank}.>`, `${inboxOf(agentUser(rank))}.>`],
  }));
  return [lead, asking, ...ranked];
}

/** Subjects that the coordinator publishes; those of other groups are not among them. */
function leadSubjects(group: string): readonly string[] {
  const { stream, bucket } = namesOf(group);
  const api = "$JS.API";
  return [
    `assay.${group}.>`,
    `$KV.${bucket}.>`,
    `${api}.INFO`,
    ...[stream, `KV_${bucket}`].map((name) => `${api}.STREAM.*.${name}`),
    `${api}.DIRECT.GET.KV_${bucket}.>`,
    `${api}.CONSUMER.CREATE.${stream}.>`,
    `$JS.FC.${stream}.>`,
    "_INBOX.>",
  ];
}

/** Subjects that the agent of a rank publishes, with those of the server's own services. */
function rankSubjects(group: string, rank: number): readonly string[] {
  const { stream, bucket, coordinator } = namesOf(group);
  const api = "$JS.API";
  const claim = `$KV.${bucket}.${rankKey(rank, "*")}`;
  return [
    `assay.${group}.up.${rank}.>`,
    coordinator,
    claim,
    `${api}.DIRECT.GET.KV_${bucket}.${claim}`,
    // Messages to this rank only: the server compares the filter with the subject. Nothing else of
    // the stream may be asked for, because its subjects contain the incarnations of all agents.
    `${api}.CONSUMER.CREATE.${stream}.*.assay.${group}.down.${rank}.>`,
    `$JS.FC.${stream}.>`,
  ];
}
