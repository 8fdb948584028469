import type { DialOptions } from "../../cluster/dial/agent.ts";
import { agentLogin, readCredentials } from "../../cluster/dial/credentials.ts";
import { placeOf } from "../../cluster/launch/rank.ts";
import type { Hello } from "../../cluster/messages.ts";
import { UsageError } from "../../model/fault/errors.ts";
import { parseDurationNs } from "../../model/units.ts";
import { text } from "../command.ts";
import { serverOf } from "./server-of.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** Agents may start long before their coordinator. */
const JOIN_MS = 600_000;

/** Returns the way of an agent to its coordinator; null: over standard input. Throws UsageError. */
export async function agentDial(
  parsed: Parsed,
  env: NodeJS.ProcessEnv,
  { incarnation, hostName }: Hello,
): Promise<DialOptions | null> {
  const path = text(parsed, "nats-credentials");
  const nats = text(parsed, "nats") ?? null;
  if (nats === null && path === undefined) {
    const lost = ["nats-ca", "group", "rank", "join-timeout"].find((name) => text(parsed, name));
    if (lost === undefined) return null;
    throw new UsageError(`--${lost} has no effect without --nats; add --nats or remove it`);
  }
  const credentials = await readCredentials(path, env);
  const options = {
    nats,
    ca: text(parsed, "nats-ca") ?? null,
    group: text(parsed, "group") ?? null,
  };
  const { address, names } = await serverOf(options, credentials);
  const rank = rankOf(text(parsed, "rank"));
  const most = credentials?.agents ?? null;
  if (rank !== null && most !== null && rank >= most) {
    throw new UsageError(
      `--rank ${rank}: the NATS server has users for ${most} agents, ranks 0 to ${most - 1}`,
    );
  }
  const place = rank === null ? placeOf(env) : null;
  return {
    ...address,
    group: names.group,
    login: agentLogin(credentials?.login ?? null),
    rank: rank ?? place?.rank ?? null,
    size: place?.size ?? null,
    attempt: place?.attempt ?? 0,
    ...{ incarnation, hostName },
    withinMs: joinMs(text(parsed, "join-timeout")),
  };
}

function rankOf(given: string | undefined): number | null {
  if (given === undefined) return null;
  if (/^\d{1,6}$/.test(given)) return Number(given);
  throw new UsageError(`--rank: expected a number from 0 on, got \`${given}\``);
}

function joinMs(given: string | undefined): number {
  if (given === undefined) return JOIN_MS;
  const parsed = parseDurationNs(given);
  if ("value" in parsed && parsed.value > 0) return parsed.value / 1e6;
  throw new UsageError(`--join-timeout: expected a time such as \`10m\`, got \`${given}\``);
}
