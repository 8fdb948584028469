import { readFileSync } from "node:fs";
import { basename } from "node:path";
import fc from "fast-check";
import { boundedAttempt } from "./bounded.ts";
import type { Kind } from "./kinds/kind.ts";

/** Some cases of one kind, drawn from one seed. */
export interface Job {
  readonly kind: string;
  readonly seed: number;
  readonly cases: number;
  /** Path of a case of the corpus, which is tried instead of drawn ones. */
  readonly file?: string;
}

/** A case of the corpus as it is kept. */
export interface KeptCase {
  readonly kind: string;
  readonly input: unknown;
  /** The error at its discovery. */
  readonly error: string;
}

/** A case that ended neither with a result nor with a sentence. */
export interface Failure {
  readonly kind: string;
  readonly seed: number;
  /** The smallest case found that fails. */
  readonly input: unknown;
  /** Name, message and the first own frame of the stack. */
  readonly error: string;
}

/** Results of the cases of a job. */
export interface JobResult {
  readonly kind: string;
  readonly tried: number;
  readonly results: number;
  readonly sentences: number;
  readonly failures: readonly Failure[];
}

/** Causes after which a job ends early; the first of each is reported. */
const MAX_FAILURES = 4;
/** Failures of one cause after which a job ends early: it would be met again and again. */
const MAX_REPEATS = 20;
/** For making a failing case smaller; what is smallest then is reported. */
const SHRINK_MS = 8_000;

/** Told before each attempt, so that a case that never ends can be found from outside. */
export type Progress = (seed: number, index: number) => void;

/** Tries the cases of a job one after the other. */
export async function runJob(kind: Kind, job: Job, progress: Progress): Promise<JobResult> {
  const counts = { result: 0, sentence: 0 };
  const failures: Failure[] = [];
  let tried = 0;
  let repeats = 0;
  const isOver = () =>
    tried >= job.cases || failures.length >= MAX_FAILURES || repeats >= MAX_REPEATS;
  for (let seed = job.seed; !isOver(); seed++) {
    let index = 0;
    let failedAt: number | null = null;
    const property = fc.asyncProperty(kind.cases, async (input) => {
      if (failedAt !== null && performance.now() - failedAt > SHRINK_MS) return;
      progress(seed, index++);
      try {
        const ending = await boundedAttempt(kind, input);
        if (failedAt === null) counts[ending]++;
      } catch (error) {
        failedAt ??= performance.now();
        throw error;
      }
    });
    const details = await fc.check(property, {
      seed,
      numRuns: job.cases - tried,
      endOnFailure: false,
    });
    tried += details.numRuns;
    if (!details.failed) continue;
    const input = details.counterexample?.[0];
    const error = describeError(details.errorInstance);
    if (failures.some((known) => known.error === error)) repeats++;
    else failures.push({ kind: job.kind, seed, input, error });
  }
  return { kind: job.kind, tried, results: counts.result, sentences: counts.sentence, failures };
}

/** Tries one case of the corpus. */
export async function runKept(kind: Kind, file: string): Promise<JobResult> {
  const none = { kind: kind.name, tried: 1, results: 0, sentences: 0, failures: [] };
  const { input } = readKept(file);
  try {
    const ending = await boundedAttempt(kind, input);
    return ending === "result" ? { ...none, results: 1 } : { ...none, sentences: 1 };
  } catch (error) {
    return { ...none, failures: [keptFailure(kind.name, file, describeError(error))] };
  }
}

/** A case of the corpus that fails (again), under its file's name. */
export function keptFailure(kind: string, file: string, error: string): Failure {
  const { input } = readKept(file);
  return { kind, seed: 0, input, error: `${basename(file)}: ${error}` };
}

/** A case of the corpus; throws where the file is none. */
export function readKept(file: string): KeptCase {
  return JSON.parse(readFileSync(file, "utf8")) as KeptCase;
}

/** The case at an index of a seed, which is drawn again without being tried. */
export async function caseAt(kind: Kind, seed: number, index: number): Promise<unknown> {
  let at = 0;
  let found: unknown;
  const property = fc.asyncProperty(kind.cases, async (input) => {
    if (at++ === index) found = input;
  });
  await fc.check(property, { seed, numRuns: index + 1 });
  return found;
}

/** An error in one line, with the place in our own code that tells it from others. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${JSON.stringify(error)}`;
  const frame = /\/(src\/[^\s:)]+:\d+)/.exec(error.stack ?? "")?.[1];
  const message = error.message.split("\n", 1)[0]?.slice(0, 300) ?? "";
  return `${error.name}: ${message}${frame === undefined ? "" : ` (${frame})`}`;
}
