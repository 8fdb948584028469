/**
 * Errors that end a command, each with its exit code (this file), and words for what Linux, TLS and
 * DNS report: what it means and what to do (`errno.ts`, `system-error.ts`). Nothing is thrown here.
 */

import { bounded, printable } from "../printable.ts";
import { explanationOf, namelessCode, namelessMessage } from "./system-error.ts";

/** Exit codes of the command line, one meaning each. */
export const EXIT = {
  ok: 0,
  /** A claim was refuted, or a comparison was refused. */
  refuted: 1,
  /** The user's input is wrong: scenario, targets file, command line. */
  usage: 2,
  /** The machine or the storage cannot do what was asked. */
  machine: 3,
  /** No claim was refuted, but not all were supported; or a search found no load that passes. */
  inconclusive: 4,
  /** A defect of ours. */
  internal: 70,
  /** A run broke one of its own thresholds. */
  threshold: 99,
  /** Interrupted by a signal; what was measured is stored. */
  interrupted: 130,
} as const;

/** One mistake in a file the user wrote. Lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What is there, what was expected, and the nearest valid spelling where there is one. */
  readonly message: string;
}

/** Mistakes in a scenario or targets file, or on the command line: all of them, in file order. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
  readonly exitCode = EXIT.usage;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problemLines(problems).join("\n"));
    this.problems = problems;
  }
}

/** More problems than these are counted, and of a longer one the middle is left out. */
const MAX_SHOWN = 100;
const MAX_CHARACTERS = 2000;

function problemLines(problems: readonly Problem[]): readonly string[] {
  const lines = problems
    .slice(0, MAX_SHOWN)
    .map((problem) => printable(bounded(formatProblem(problem), MAX_CHARACTERS)));
  const more = problems.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more problems`] : lines;
}

/** A wrong command line: one sentence that says what was expected. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly exitCode = EXIT.usage;
}

/** Runs that were not made by the same plan: comparing them has to be asked for. */
export class ComparisonRefused extends Error {
  override readonly name = "ComparisonRefused";
  readonly exitCode = EXIT.refuted;
}

/** The machine or the storage cannot do what was asked: what is missing and what to do. */
export class PreflightError extends Error {
  override readonly name = "PreflightError";
  readonly exitCode = EXIT.machine;
}

/**
 * The storage is not of the kind that a scenario is about, such as a bucket without versions. A run
 * of many scenarios leaves it out, as it does what could be seen without asking the storage.
 */
export class UnsuitedError extends PreflightError {}

/** `file:line:column: message`, the form editors and CI annotations understand. */
export function formatProblem(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
}

/** Text of anything that was thrown; a system error without a name of Node's has its name. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? (namelessMessage(error) ?? error.message) : String(error);
}

/** The `code` of a system or library error (`ENOENT`, `NoSuchBucket`), or its name. */
export function codeOf(error: unknown): string {
  const nameless = namelessCode(error);
  if (nameless !== null) return nameless;
  if (typeof error === "object" && error !== null && "code" in error) {
    if (typeof error.code === "string") return error.code;
  }
  return error instanceof Error ? error.name : "UNKNOWN";
}

/**
 * Limits of the process that can be reached anywhere: also while modules are loaded and threads
 * started. Node reports some of them as text alone.
 */
const LIMITS: readonly (readonly [sign: RegExp, reason: string])[] = [
  [
    /\bEMFILE\b|too many open files(?! in system)/i,
    "too many open files (EMFILE): raise `ulimit -n`, or use fewer files or threads",
  ],
  [
    /\bENFILE\b|too many open files in system/i,
    "the host has too many open files (ENFILE): raise `sysctl fs.file-max`, or end other programs",
  ],
  [
    /^(Worker initialization failure: )?EAGAIN$|\b(spawn|clone|pthread_create)\b.*\bEAGAIN\b/,
    "no more threads can be started (EAGAIN): raise `ulimit -u` or the cgroup's pids.max, or use " +
      "fewer threads",
  ],
  [
    /\bENOMEM\b|could not allocate memory|allocation failed|cannot allocate memory|out of memory/i,
    "not enough memory (ENOMEM): raise `ulimit -v` or the cgroup's memory.max, or use fewer " +
      "workers or smaller blocks",
  ],
];

/**
 * What keeps the machine from doing its part, as one sentence, where an error says that; null where
 * it is a defect of ours. A system call's own refusal is the machine's.
 */
export function machineReason(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof PreflightError) return error.message;
  const limit = LIMITS.find(([sign]) => sign.test(error.message));
  if (limit !== undefined) return limit[1];
  if (!("syscall" in error)) return null;
  const remedy = explanationOf(codeOf(error))?.remedy;
  return remedy === undefined ? messageOf(error) : `${messageOf(error)}; ${remedy}`;
}
