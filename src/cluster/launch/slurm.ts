import type { ProcessEnd } from "../carriers/command.ts";
import { shown } from "../frames.ts";
import type { LaunchContext, Launched, Launcher } from "./launcher.ts";
import { endsWithin, type LaunchedProcess, launchProcess } from "./process.ts";
import {
  explainEnd,
  explainLost,
  isNoise,
  isQueuedAfter,
  isWaiting,
  lostHosts,
} from "./srun-output.ts";

/** How `srun` is called. */
export interface SlurmOptions {
  /** The program with the user's options, as words: `["srun", "-p", "bench"]`. */
  readonly srun: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Prints a line about a job that waits for its hosts. */
  readonly print: (line: string) => void;
}

/** Time in which agents end by themselves after their coordinator. */
const LEAVE_MS = 3000;
/** Time in which an agent stops its load and removes its data: longer than it takes. */
const CLEAN_MS = 80_000;
const KILL_MS = 10_000;
/** Time for the output of an agent to arrive after srun reported its end. */
const LAST_LINES_MS = 300;

/**
 * Starts agents as the tasks of one `srun`, one per host. srun copies its standard input to all
 * tasks, and so the credentials; they are never on a command line, in the environment or in a file.
 */
export function slurmLauncher(options: SlurmOptions): Launcher {
  return { start: (context) => start(options, context) };
}

function start({ srun, env, print }: SlurmOptions, context: LaunchContext): Launched {
  const { nodes, minNodes = nodes } = context;
  const failed = Promise.withResolvers<string>();
  const lost = new Set<string>();
  let isQueued = false;
  const onLine = (line: string): void => {
    isQueued = isQueuedAfter(line, isQueued);
    if (isWaiting(line)) print(shown(line));
    for (const host of lostHosts(line)) lost.add(host);
    if (nodes - lost.size >= minNodes) return;
    setTimeout(() => failed.resolve(explainLost(launched.lines)), LAST_LINES_MS);
  };
  const words = srunCommand(context, { srun, env });
  const launched = launchProcess(words, { input: context.credentials, env, onLine });
  void launched.ended.then((end: ProcessEnd) => failed.resolve(explainEnd(end)));
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= endAgents(launched);
    return stopped;
  };
  return {
    failed: failed.promise,
    isQueued: () => isQueued,
    lastWords: () => shown(launched.lines.findLast((line) => !isNoise(line)) ?? ""),
    stop,
  };
}

/**
 * Returns the command that starts the agents. Within an allocation (`salloc`, `sbatch`), the step
 * shares the hosts with the step that may run this coordinator. Outside, hosts are requested as a
 * whole unless the user's options are about this: by default, a task has one core.
 */
export function srunCommand(
  { command, nodes }: Pick<LaunchContext, "command" | "nodes">,
  { srun, env }: Pick<SlurmOptions, "srun" | "env">,
): readonly string[] {
  const isShared = srun.some((word) => SHARING.test(word));
  const outside = isShared ? [] : ["--exclusive"];
  return [
    ...srun,
    ...(env.SLURM_JOB_ID === undefined ? outside : ["--overlap"]),
    ...[`--nodes=${nodes}`, `--ntasks=${nodes}`, "--ntasks-per-node=1"],
    // The loss of a host or an agent does not end the others: the coordinator decides.
    ...["--no-kill", "--kill-on-bad-exit=0", "--wait=0"],
    // Nothing limits an agent to one core, and no library of MPI is loaded.
    ...["--cpu-bind=none", "--mpi=none"],
    ...["--input=all", "--label", "--job-name=assay"],
    ...["--", ...command, "--nats-credentials", "-"],
  ];
}

/** Options of srun by which the user decides how much of a host the job gets. */
const SHARING = /^(--exclusive|--oversubscribe|-s$|--cpus-per-task|-c\d*$)/;

/**
 * Ends the agents. At SIGTERM and SIGINT, srun kills its tasks; SIGUSR2 it passes on, and an agent
 * then stops its load and removes its data. The request for hosts of a job that waits ends too.
 */
async function endAgents(launched: LaunchedProcess): Promise<void> {
  if (await endsWithin(launched, LEAVE_MS)) return;
  launched.kill("SIGUSR2");
  if (await endsWithin(launched, CLEAN_MS)) return;
  launched.kill("SIGTERM");
  if (await endsWithin(launched, KILL_MS)) return;
  launched.kill("SIGKILL");
  await launched.ended;
}
