import { fileURLToPath } from "node:url";
import type { ProcessEnd } from "../carriers/command.ts";
import { shown } from "../frames.ts";
import type { LaunchContext, Launched, Launcher } from "./launcher.ts";
import { afterColon, endsWithin, type LaunchedProcess, launchProcess } from "./process.ts";

/** The program of this installation, from sources as in the package. */
const PROGRAM = fileURLToPath(new URL("../../../bin/assay.mjs", import.meta.url));

/** Command of an agent of this installation, with the flags of Node of this process. */
export const LOCAL_AGENT: readonly string[] = [
  process.execPath,
  ...process.execArgv,
  PROGRAM,
  "agent",
];

/** Time in which agents end by themselves after their coordinator. */
const LEAVE_MS = 3000;
/** Time in which an agent stops its load and removes its data: longer than it takes. */
const CLEAN_MS = 80_000;

/** Starts agents as processes of this host, for tests and past the limits of one process. */
export function localLauncher(env: NodeJS.ProcessEnv): Launcher {
  return { start: (context) => start(env, context) };
}

function start(env: NodeJS.ProcessEnv, context: LaunchContext): Launched {
  const { command, credentials: input, nodes, minNodes = nodes } = context;
  const agents = Array.from({ length: nodes }, (_, rank) => {
    // A launcher that started this process has given its own rank to the environment.
    const words = [...command, "--rank", String(rank), "--nats-credentials", "-"];
    return launchProcess(words, { input, env });
  });
  const failed = Promise.withResolvers<string>();
  let left = nodes;
  for (const [rank, { ended }] of agents.entries()) {
    void ended.then((end) => {
      left--;
      if (left < minNodes) failed.resolve(explain(rank, end));
    });
  }
  let stopped: Promise<unknown> | null = null;
  const stop = async (): Promise<void> => {
    stopped ??= Promise.all(agents.map(endAgent));
    await stopped;
  };
  return {
    failed: failed.promise,
    isQueued: () => false,
    lastWords: () => shown(agents.findLast(({ lines }) => lines.length > 0)?.lines.at(-1) ?? ""),
    stop,
  };
}

function explain(rank: number, { code, signal, error, words }: ProcessEnd): string {
  if (error !== null) return `agent ${rank} could not be started: ${error.message}`;
  const end = signal === null ? `exit code ${code}` : `ended by ${signal}`;
  return `agent ${rank} has ended (${end})${afterColon(words.split("\n").at(-1))}`;
}

async function endAgent(agent: LaunchedProcess): Promise<void> {
  if (await endsWithin(agent, LEAVE_MS)) return;
  agent.kill("SIGTERM");
  if (await endsWithin(agent, CLEAN_MS)) return;
  agent.kill("SIGKILL");
  await agent.ended;
}
