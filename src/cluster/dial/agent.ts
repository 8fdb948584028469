import { setTimeout as sleep } from "node:timers/promises";
import type { NatsConnection } from "@nats-io/transport-node";
import { messageOf, PreflightError } from "../../model/fault/errors.ts";
import { shown } from "../frames.ts";
import { type Claim, Claims, openBucket } from "./claims.ts";
import { connectNats, inboxFor, type Login, type ServerAddress } from "./connection.ts";
import { Feed } from "./feed.ts";
import { LaneChannel, type Wire } from "./lane-channel.ts";
import { type Address, type GroupNames, namesOf } from "./names.ts";
import type { Assigned, GroupRun, Refused } from "./requests.ts";
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
/** Time for a rank that is taken to become free: a process that was killed is noticed by then. */
const TAKEN_MS = 5000;

/**
 * Connects to the server, finds the run of the group, claims a rank and opens the channel to the
 * coordinator.
 * @throws PreflightError if there is no run in time, or the rank is taken
 */
export async function dialIn(options: DialOptions): Promise<LaneChannel> {
  const names = namesOf(options.group);
  const untilMs = performance.now() + options.withinMs;
  const rank = options.rank ?? (await askRank(options, names, untilMs));
  const login = loginOf(options, rank);
  const connection = await open(options, login, rank);
  try {
    const { jetstream } = await import("@nats-io/jetstream");
    const wire = { connection, stream: jetstream(connection), names, inbox: inboxFor(login) };
    const session = await claimRank(wire, options, rank, untilMs);
    return await openChannel(wire, { rank, session, incarnation: options.incarnation });
  } catch (error) {
    await connection.close();
    if (error instanceof PreflightError) throw error;
    throw denied(error);
  }
}

function denied(error: unknown): PreflightError {
  return new PreflightError(
    `the NATS server refused what an agent needs: ${shown(messageOf(error))}; give its user the ` +
      "subjects that `docs/many-hosts.md` lists",
    { cause: error },
  );
}

/** Whether the server does not let the user publish or subscribe. */
function isDenied(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && cause.name === "PermissionViolationError";
}

async function openChannel(wire: Wire, address: Address): Promise<LaneChannel> {
  const { connection, names } = wire;
  const channel = new LaneChannel(wire, address, "up");
  let feed: Feed | null = null;
  const follow = async (): Promise<void> => {
    for await (const status of connection.status()) {
      if (status.type === "error" && isDenied(status.error)) {
        channel.end(denied(status.error).message);
      }
      if (status.type !== "reconnect") continue;
      channel.renew();
      feed?.renew();
    }
  };
  void follow();
  connection.subscribe(names.of(address, "down", "pulse"), {
    callback: (error, { data }) => {
      if (error === null) channel.receive(data);
    },
  });
  feed = await Feed.open(wire, names.of(address, "down", "data"), (message) =>
    channel.receiveChunk(message),
  );
  channel.onEnd(() => {
    feed.stop();
    void connection.drain().catch(() => {});
  });
  return channel;
}

/**
 * Finds the run and claims a rank of it, which another process may have for some time. Resolves
 * with the id of the run.
 */
async function claimRank(
  { connection, stream, names }: Wire,
  options: DialOptions,
  rank: number,
  untilMs: number,
): Promise<string> {
  const { incarnation, attempt, hostName: host } = options;
  const run = await repeated<GroupRun | Refused>(connection, names.coordinator, "", untilMs);
  if ("refused" in run) throw new PreflightError(run.refused);
  refuseOtherSize(run, options, rank);
  const claims = new Claims(await openBucket(stream, names, false), run.session);
  const takenMs = performance.now() + TAKEN_MS;
  for (;;) {
    const claim = await claims.take(rank, { incarnation, attempt, host });
    if (claim.incarnation === incarnation) return run.session;
    if (performance.now() > takenMs) throw taken(rank, claim);
    connection.publish(names.contest({ rank, session: run.session, incarnation }));
    await sleep(AGAIN_MS);
  }
}

/** An agent without rank asks as the user for that; one with another login has only that. */
function loginOf({ login }: DialOptions, rank: number | null): Login {
  if (login.kind !== "group") return login;
  const password = agentPassword(login.secret, rank);
  return { kind: "password", user: agentUser(rank), password };
}

function open(options: DialOptions, login: Login, rank: number | null): Promise<NatsConnection> {
  const { urls, ca, withinMs, incarnation } = options;
  const name = `assay ${agentUser(rank)} ${incarnation}`;
  return connectNats({ urls, ca, login, withinMs, name });
}

/** Asks the coordinator for a rank; one may become free. */
async function askRank(options: DialOptions, names: GroupNames, untilMs: number): Promise<number> {
  const connection = await open(options, loginOf(options, null), null);
  try {
    const { incarnation, hostName } = options;
    const request = JSON.stringify({ incarnation, host: hostName });
    let takenMs: number | null = null;
    for (;;) {
      const response = await repeated<Assigned>(connection, names.ask, request, untilMs);
      if ("rank" in response) return response.rank;
      const nowMs = performance.now();
      takenMs ??= nowMs + TAKEN_MS;
      if (response.isFinal || nowMs > takenMs) throw new PreflightError(response.refused);
      await sleep(AGAIN_MS);
    }
  } finally {
    await connection.close();
  }
}

/** Sends a request until the coordinator responds: agents may start before it. */
async function repeated<Response extends object>(
  connection: NatsConnection,
  subject: string,
  request: string,
  untilMs: number,
): Promise<Response> {
  for (;;) {
    try {
      const message = await connection.request(subject, request, { timeout: RESPONSE_MS });
      return message.json<Response>();
    } catch (error) {
      if (isDenied(error)) {
        throw new PreflightError(
          "the NATS server does not let this agent into the group; use the name of --group and " +
            "the credentials that the coordinator has",
          { cause: error },
        );
      }
      if (performance.now() > untilMs) {
        throw new PreflightError(
          "no run was started in the group within the time of --join-timeout; start the " +
            "coordinator, or check --nats and --group",
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

function taken(rank: number, { host }: Claim): PreflightError {
  return new PreflightError(
    `rank ${rank} is taken by an agent on ${shown(host)}; give each agent its own with --rank, ` +
      "or none",
  );
}
