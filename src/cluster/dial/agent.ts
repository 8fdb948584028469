import { setTimeout as sleep } from "node:timers/promises";
import type { NatsConnection } from "@nats-io/transport-node";
import { messageOf, PreflightError } from "../../model/fault/errors.ts";
import { type Claim, openClaims } from "./claims.ts";
import { connectNats, type Login, type ServerAddress } from "./connection.ts";
import { LaneChannel } from "./lane-channel.ts";
import { type GroupNames, namesOf } from "./names.ts";
import type { Assigned, GroupRun } from "./requests.ts";
import { agentPassword, agentUser } from "./users.ts";

/** Login of an agent: with the user of its rank, or with one that the server's owner gave it. */
export type AgentLogin = { readonly kind: "group"; readonly secret: string } | Login;

/** Way of an agent to its coordinator. Only plain data: it crosses to another thread. */
export interface DialOptions extends ServerAddress {
  readonly group: string;
  readonly login: AgentLogin;
  /** Null: the coordinator assigns one. */
  readonly rank: number | null;
  /** Number of agents that the launcher started; null if it does not tell. */
  readonly size: number | null;
  readonly attempt: number;
  readonly incarnation: string;
  readonly hostName: string;
  /** Time for the coordinator to appear, milliseconds. */
  readonly withinMs: number;
}

const AGAIN_MS = 250;
const RESPONSE_MS = 2000;
const HEARTBEAT_MS = 2000;

/**
 * Connects to the server, finds the run of the group, claims a rank and opens the channel to the
 * coordinator.
 * @throws PreflightError if there is no run in time, or the rank is taken
 */
export async function dialIn(options: DialOptions): Promise<LaneChannel> {
  const names = namesOf(options.group);
  const untilMs = performance.now() + options.withinMs;
  const given = options.rank === null ? await askRank(options, names, untilMs) : null;
  const rank = given?.rank ?? options.rank ?? 0;
  const connection = await open(options, loginOf(options, rank, given?.password ?? null), rank);
  try {
    const run = await findRun(connection, names, untilMs);
    refuseOtherSize(run, options, rank);
    const address = { rank, incarnation: options.incarnation };
    const { jetstream } = await import("@nats-io/jetstream");
    const stream = jetstream(connection);
    const { claims } = await openClaims(stream, names, false);
    const { session } = run;
    const { incarnation, attempt, hostName } = options;
    const claim = await claims.take(rank, { session, incarnation, attempt, host: hostName });
    refuseTaken(claim, options, rank);
    const channel = new LaneChannel({ connection, stream, names }, address, "up");
    connection.subscribe(names.of(address, "down", "pulse"), {
      callback: (error, { data }) => {
        if (error === null) channel.receive(data);
      },
    });
    const consumer = await stream.consumers.get(names.stream, {
      filter_subjects: names.of(address, "down", "data"),
    });
    await consumer.consume({
      idle_heartbeat: HEARTBEAT_MS,
      callback: (message) => channel.receiveChunk(message),
    });
    channel.onEnd(() => void connection.drain().catch(() => {}));
    return channel;
  } catch (error) {
    await connection.close();
    if (error instanceof PreflightError) throw error;
    throw new PreflightError(
      `the NATS server refused what an agent needs: ${messageOf(error)}; give its user the ` +
        "subjects that `docs/many-hosts.md` lists",
      { cause: error },
    );
  }
}

function loginOf({ login }: DialOptions, rank: number, password: string | null): Login {
  const user = agentUser(rank);
  if (password !== null) return { kind: "password", user, password };
  if (login.kind !== "group") return login;
  return { kind: "password", user, password: agentPassword(login.secret, rank) };
}

function open(options: DialOptions, login: Login, rank: number | null): Promise<NatsConnection> {
  const { urls, ca, withinMs, incarnation } = options;
  const name = `assay ${agentUser(rank)} ${incarnation}`;
  return connectNats({ urls, ca, login, withinMs, name });
}

/** Asks the coordinator for a rank. */
async function askRank(
  options: DialOptions,
  names: GroupNames,
  untilMs: number,
): Promise<Extract<Assigned, { readonly rank: number }>> {
  const { login } = options;
  const user = agentUser(null);
  const own: Login =
    login.kind === "group"
      ? { kind: "password", user, password: agentPassword(login.secret, null) }
      : login;
  const connection = await open(options, own, null);
  try {
    const { incarnation, hostName } = options;
    const request = JSON.stringify({ incarnation, host: hostName });
    const response = await repeated<Assigned>(connection, names.ask, request, untilMs);
    if ("refused" in response) throw new PreflightError(response.refused);
    return response;
  } finally {
    await connection.close();
  }
}

function findRun(
  connection: NatsConnection,
  { coordinator }: GroupNames,
  untilMs: number,
): Promise<GroupRun> {
  return repeated(connection, coordinator, "", untilMs);
}

/** Sends a request until the coordinator responds: agents may start before it. */
async function repeated<Response>(
  connection: NatsConnection,
  subject: string,
  request: string,
  untilMs: number,
): Promise<Response> {
  for (;;) {
    try {
      const response = await connection.request(subject, request, { timeout: RESPONSE_MS });
      return response.json<Response>();
    } catch (error) {
      if (performance.now() > untilMs) {
        throw new PreflightError(
          `no run was started in the group within the time of --join-timeout: ${messageOf(error)}`,
          { cause: error },
        );
      }
    }
    await sleep(AGAIN_MS);
  }
}

function refuseOtherSize({ agents }: GroupRun, { size }: DialOptions, rank: number): void {
  if (rank < agents && (size === null || size === agents)) return;
  const started = size === null ? `this one has rank ${rank}` : `${size} were started`;
  throw new PreflightError(
    `the run awaits ${agents} agents, but ${started}; give the coordinator the number of agents ` +
      "with --agents or --nodes",
  );
}

function refuseTaken({ incarnation, host }: Claim, own: DialOptions, rank: number): void {
  if (incarnation === own.incarnation) return;
  throw new PreflightError(
    `rank ${rank} is taken by an agent on ${host}; give each agent its own with --rank, or none`,
  );
}
