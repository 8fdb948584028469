import { codeOf } from "../../model/fault/errors.ts";
import type { ProcessEnd } from "../carriers/command.ts";
import { afterColon } from "./process.ts";

/** Notices that do not concern the agents. */
const NOISE = /^srun: (cluster configuration lacks support|error: If munged is up)/;
/** Lines about a job that waits. */
const WAITING =
  /^srun: (job \d+ (queued|has been allocated)|Nodes \S+ are ready|Requ(est|ir)ed |Waiting for)/;
const QUEUED = /^srun: job \d+ queued/;
const ALLOCATED = /^srun: (job \d+ has been allocated|Nodes \S+ are ready)/;
/** The end of tasks: `srun: error: n[1-2]: tasks 0-1: Exited with exit code 3`. */
const ENDED = /^srun: error: (\S+): tasks? ([\d,-]+): (.+)$/;
const STEP_CANCELED = /\*\*\* STEP \S+ ON \S+ CANCELLED AT (?!.*TIME LIMIT)/;
const NODE_FAILED = /^srun: error: Node failure on (\S+)/;
/** A line of a task, which `--label` begins with its number. */
const OF_TASK = /^ *\d+: (?:slurmstepd\S*: (?:error: )?)?(.*)$/;

/** Remedies by what srun or Slurm print. The first match is used, and its line is shown. */
const REMEDIES: readonly (readonly [sign: RegExp, remedy: string])[] = [
  [
    /execve\(\): /,
    "the nodes cannot start this program; install the same version of assay at the same path on " +
      "all nodes, or in a shared directory",
  ],
  [
    /Invalid partition name|invalid partition/,
    "name a partition, such as --srun 'srun -p NAME'; `sinfo` lists them",
  ],
  [/Invalid account/, "name an account, such as --srun 'srun -A NAME'"],
  [/unrecognized option|invalid option|ambiguous/, "check the options in --srun"],
  [
    /Requested node configuration|can ?not be satisfied|[Nn]ode count|Invalid node name|time limit/,
    "check --nodes and the options in --srun; `sinfo` lists nodes and limits",
  ],
  [
    /TIME LIMIT|CANCELLED|has been revoked|Force Terminated/,
    "the job was canceled; check its time limit, such as --srun 'srun -t 2:00:00'",
  ],
  [/[Mm]unge/, "check that munged runs on this host and has the key of the cluster"],
  [
    /Unable to contact slurm controller|configuration source|cannot stat file|fetch.config/,
    "check with `sinfo` that this host belongs to a cluster of Slurm",
  ],
];

/** Whether a line does not concern the agents. */
export function isNoise(line: string): boolean {
  return NOISE.test(line);
}

/** Whether a line reports that a job waits for its hosts, or got them. */
export function isWaiting(line: string): boolean {
  return WAITING.test(line);
}

/** Returns whether a job is queued after a line, if it was so before. */
export function isQueuedAfter(line: string, before: boolean): boolean {
  return QUEUED.test(line) || (before && !ALLOCATED.test(line));
}

/**
 * Names of the hosts whose agents ended by a line, if there is one agent per host: the host's name,
 * else the numbers of the tasks.
 */
export function lostHosts(line: string): readonly string[] {
  const node = NODE_FAILED.exec(line)?.[1];
  if (node !== undefined) return [node];
  const [, host = "", tasks = ""] = ENDED.exec(line) ?? [];
  if (tasks === "") return [];
  const numbers = tasks.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
  });
  return numbers.length === 1 ? [host] : numbers;
}

/** Describes in one sentence why too few agents are left, from the lines of srun so far. */
export function explainLost(lines: readonly string[]): string {
  const lost = lines.findLast((line) => lostHosts(line).length > 0);
  const [, host, , end] = ENDED.exec(lost ?? "") ?? [];
  const node = NODE_FAILED.exec(lost ?? "")?.[1];
  if (node !== undefined) return `Slurm has lost the node ${node}; check it with \`sinfo -R\``;
  return `the agent on ${host} has ended (${end})${reason(lines)}`;
}

/** Describes in one sentence why srun ended while agents were needed. */
export function explainEnd({ code, signal, error, words }: ProcessEnd): string {
  if (error !== null) {
    if (codeOf(error) !== "ENOENT") return `srun could not be started: ${error.message}`;
    return "srun was not found; run assay on a login node of the cluster, or name it with --srun";
  }
  const lines = words.split("\n");
  if (lines.some((line) => endOf(line).startsWith("Exited")))
    return explainLost(lines.filter(isCause));
  const end = signal === null ? `exit code ${code}` : `ended by ${signal}`;
  return `srun has ended (${end})${reason(lines)}`;
}

/** Whether a line may be a cause: srun cancels the step and kills its tasks after one exited. */
function isCause(line: string): boolean {
  return !(STEP_CANCELED.test(line) || /^(Killed|Terminated)/.test(endOf(line)));
}

/** How tasks ended, by a line of srun; "" if it reports no end. */
function endOf(line: string): string {
  return ENDED.exec(line)?.[3] ?? "";
}

/** The line that explains an end, with a remedy if it is known. */
function reason(lines: readonly string[]): string {
  for (const [sign, remedy] of REMEDIES) {
    const line = lines.findLast((one) => sign.test(one));
    if (line !== undefined) return `${afterColon(bare(line))}; ${remedy}`;
  }
  const ofAgent = lines.findLast((line) => OF_TASK.test(line));
  const ofSrun = lines.findLast((line) => !isNoise(line) && lostHosts(line).length === 0);
  return afterColon(bare(ofAgent ?? ofSrun ?? ""));
}

function bare(line: string): string {
  const [, text = line.replace(/^srun: (error: |fatal: )?/, "")] = OF_TASK.exec(line) ?? [];
  return text;
}
