import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { DialOptions } from "../../../src/cluster/dial/agent.ts";
import { Hall, type HallOptions } from "../../../src/cluster/dial/hall.ts";
import { namesOf } from "../../../src/cluster/dial/names.ts";
import { COORDINATOR, usersOf } from "../../../src/cluster/dial/users.ts";

const AGENT = fileURLToPath(new URL("../agent-program.ts", import.meta.url));

export const GROUP = "test";

export const SECRETS = {
  coordinator: "coordinator-0123456789abcdef",
  secret: "s3cr3t-0123456789abcdef",
};

/** Users of a server for tests with at most this many agents. */
export const MAX_AGENTS = 5;

export function groupUsers(group: string) {
  return usersOf(group, SECRETS, MAX_AGENTS);
}

/** Opens a group as its coordinator. */
export function openHall(
  url: string,
  group: string,
  agents: number,
  more: Partial<HallOptions> = {},
): Promise<Hall> {
  return Hall.open({
    ...{ urls: [url], ca: null, withinMs: 5000, name: "coordinator of a test" },
    login: { kind: "password", user: COORDINATOR, password: SECRETS.coordinator },
    names: namesOf(group),
    agents,
    ...more,
  });
}

/** Way of an agent of a test to the coordinator, without the facts of its process. */
export type Way = Omit<DialOptions, "incarnation" | "hostName">;

export function wayTo(url: string, group: string, more: Partial<Way> = {}): Way {
  return {
    ...{ urls: [url], ca: null, group, login: { kind: "group", secret: SECRETS.secret } },
    ...{ rank: null, size: null, attempt: 0, withinMs: 20_000 },
    ...more,
  };
}

/** A process that dials; its output is kept. */
export interface DialledAgent {
  readonly process: ChildProcess;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  readonly words: () => string;
}

export function startAgent(way: Way, env: NodeJS.ProcessEnv = {}): DialledAgent {
  const child = spawn(process.execPath, [AGENT], {
    env: { ...process.env, ...env, ASSAY_TEST_DIAL: JSON.stringify(way) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { process: child, ended, words: () => text };
}
