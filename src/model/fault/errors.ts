/**
 * Errors that end a command, with their exit codes (this file), and explanations of the errors of
 * Linux and network file systems (`errno.ts`, `system-error.ts`). Nothing is thrown here.
 */

import { bounded, printable } from "../printable.ts";
import { explanationOf, namelessCode, namelessMessage } from "./system-error.ts";

/** Exit codes of the command line. */
export const EXIT = {
  ok: 0,
  /** A claim was refuted, or a comparison was refused. */
  refuted: 1,
  /** Invalid input: scenario, targets file or command line. */
  usage: 2,
  /** The host or the storage cannot do the requested work. */
  machine: 3,
  /** No claim was refuted, but not all were supported; or a search found no load that passes. */
  inconclusive: 4,
  /** Internal error. */
  internal: 70,
  /** A threshold of a run failed, or a comparison found what `--fail-on` names. */
  threshold: 99,
  /** Interrupted by a signal; the measurements are stored. */
  interrupted: 130,
} as const;

/** One problem in a file of the user. Lines and columns start at 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The problem, what was expected, and the nearest valid spelling if there is one. */
  readonly message: string;
}

/** All problems of a scenario, a targets file or the command line, in file order. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
  readonly exitCode = EXIT.usage;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problemLines(problems).join("\n"));
    this.problems = problems;
  }
}

/** Number of problems that are listed; the others are counted. */
const MAX_SHOWN = 100;
/** Maximum length of a message; the middle of a longer one is removed. */
const MAX_CHARACTERS = 2000;

function problemLines(problems: readonly Problem[]): readonly string[] {
  const lines = problems
    .slice(0, MAX_SHOWN)
    .map((problem) => printable(bounded(formatProblem(problem), MAX_CHARACTERS)));
  const more = problems.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more problems`] : lines;
}

/** Invalid command line; the message is one sentence with the expected input. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly exitCode = EXIT.usage;
}

/** Runs with different plans, which `assay compare` compares only with an explicit option. */
export class ComparisonRefused extends Error {
  override readonly name = "ComparisonRefused";
  readonly exitCode = EXIT.refuted;
}

/** The host or the storage cannot do the requested work; the message has cause and remedy. */
export class PreflightError extends Error {
  override readonly name = "PreflightError";
  readonly exitCode = EXIT.machine;
}

/**
 * The storage is unsuited to a scenario, such as a bucket without versioning. A run of many
 * scenarios skips this scenario.
 */
export class UnsuitedError extends PreflightError {}

/** Formats a problem as `file:line:column: message`, which editors and CI systems recognize. */
export function formatProblem(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
}

/** Message of a thrown value; adds the errno name to system errors that Node does not name. */
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
 * Limits of the process that any code can exceed, even loading modules or starting threads. Node
 * reports some of them only as text.
 */
const LIMITS: readonly (readonly [sign: RegExp, reason: string])[] = [
  [
    /\bEMFILE\b|too many open files(?! in system)/i,
    "too many open files (EMFILE); raise `ulimit -n`, or use fewer files or threads",
  ],
  [
    /\bENFILE\b|too many open files in system/i,
    "the host has too many open files (ENFILE); raise `sysctl fs.file-max`, or stop other programs",
  ],
  [
    /^(Worker initialization failure: )?EAGAIN$|\b(spawn|clone|pthread_create)\b.*\bEAGAIN\b/,
    "the thread limit is reached (EAGAIN); raise `ulimit -u` or the cgroup's pids.max, or use " +
      "fewer threads",
  ],
  [
    /\bENOMEM\b|could not allocate memory|allocation failed|cannot allocate memory|out of memory/i,
    "not enough memory (ENOMEM); raise `ulimit -v` or the cgroup's memory.max, or use fewer " +
      "workers or smaller blocks",
  ],
];

/**
 * Describes an error that the host or the storage caused, in one sentence; this includes every
 * failed system call. Null for internal errors.
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
