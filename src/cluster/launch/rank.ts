import { UsageError } from "../../model/fault/errors.ts";
import { printable } from "../../model/printable.ts";

/** The place of an agent among all agents of a run, as its launcher numbers them. */
export interface Place {
  readonly launcher: LauncherName;
  /** From 0. */
  readonly rank: number;
  /** Number of agents; null if the launcher does not pass it on. */
  readonly size: number | null;
  /** From 0. An agent with a higher attempt replaces one with a lower attempt and the same rank. */
  readonly attempt: number;
}

type LauncherName = "openmpi" | "pmi" | "slurm" | "batch" | "batch-array" | "kubernetes";

/** Environment variables in which a launcher numbers its processes. */
interface Numbering {
  readonly launcher: LauncherName;
  /** Variable of the rank. The launcher started this process if it is set. */
  readonly rank: string;
  readonly size?: string;
  /** Variable of the attempt. */
  readonly attempt?: string;
  /** The number of the first attempt; default: 0. */
  readonly firstAttempt?: number;
  /** Whether `rank` numbers agents in this environment; default: always. */
  readonly holds?: (env: NodeJS.ProcessEnv) => boolean;
}

/**
 * The launchers; the first match is used. MPI precedes Slurm: `mpirun` in a job of Slurm starts its
 * daemons by `srun` on all hosts but its own, and the agents inherit the numbers of the daemons.
 * Sources: srun(1), OUTPUT ENVIRONMENT VARIABLES; AWS Batch, "AWS Batch job environment variables";
 * Kubernetes, "Job", completion mode Indexed; Open MPI, mpirun(1), "Exported Environment
 * Variables"; MPICH, PMI version 1. A task of ECS gets no number.
 */
export const NUMBERINGS: readonly Numbering[] = [
  { launcher: "openmpi", rank: "OMPI_COMM_WORLD_RANK", size: "OMPI_COMM_WORLD_SIZE" },
  { launcher: "pmi", rank: "PMI_RANK", size: "PMI_SIZE" },
  {
    launcher: "slurm",
    rank: "SLURM_PROCID",
    size: "SLURM_NTASKS",
    attempt: "SLURM_RESTART_COUNT",
    holds: isStepOfSrun,
  },
  {
    launcher: "batch",
    rank: "AWS_BATCH_JOB_NODE_INDEX",
    size: "AWS_BATCH_JOB_NUM_NODES",
    attempt: "AWS_BATCH_JOB_ATTEMPT",
    firstAttempt: 1,
  },
  {
    launcher: "batch-array",
    rank: "AWS_BATCH_JOB_ARRAY_INDEX",
    size: "AWS_BATCH_JOB_ARRAY_SIZE",
    attempt: "AWS_BATCH_JOB_ATTEMPT",
    firstAttempt: 1,
  },
  { launcher: "kubernetes", rank: "JOB_COMPLETION_INDEX" },
];

/** Step IDs from here up are those of Slurm: the batch script, the shell of `salloc` and others. */
const FIRST_SPECIAL_STEP = 0xffff_fff0;

/** Whether `srun` started this process. The script or shell of a job also has `SLURM_PROCID`: 0. */
function isStepOfSrun({ SLURM_STEP_ID: step }: NodeJS.ProcessEnv): boolean {
  return /^\d+$/.test(step ?? "") && Number(step) < FIRST_SPECIAL_STEP;
}

/**
 * Returns the place that a launcher gave to this process; null if none did, and the coordinator
 * assigns one.
 * @throws UsageError if a variable of the launcher has no valid value
 */
export function placeOf(env: NodeJS.ProcessEnv): Place | null {
  const numbering = NUMBERINGS.find(
    ({ rank, holds }) => env[rank] !== undefined && (holds === undefined || holds(env)),
  );
  if (numbering === undefined) return null;
  const { launcher, firstAttempt = 0 } = numbering;
  const size = numberIn(env, numbering.size, 1);
  const rank = numberIn(env, numbering.rank, 0, size);
  const attempt = numberIn(env, numbering.attempt, firstAttempt) ?? firstAttempt;
  return rank === null ? null : { launcher, rank, size, attempt: attempt - firstAttempt };
}

/** Returns the number in a variable; null if it is not set. */
function numberIn(
  env: NodeJS.ProcessEnv,
  name: string | undefined,
  min: number,
  below: number | null = null,
): number | null {
  const value = name === undefined ? undefined : env[name];
  if (value === undefined) return null;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && (below === null || number < below)) return number;
  const range = below === null ? `of ${min} or more` : `from ${min} to ${below - 1}`;
  throw new UsageError(
    `environment variable ${name}: expected an integer ${range}, got "${printable(value)}"; ` +
      "set the agent's place with --rank, or start it without this variable",
  );
}
