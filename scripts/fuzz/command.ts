/**
 * `npm run fuzz`: random cases of everything from outside. This command divides them into jobs,
 * `pool.ts` runs those in child processes (`worker.ts`), `job.ts` tries the cases, and `corpus.ts`
 * keeps the ones that failed. The inputs themselves are in `kinds/`.
 */

import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { messageOf } from "../../src/model/fault/errors.ts";
import { keepCase, replayCorpus } from "./corpus.ts";
import type { Failure, Job, JobResult } from "./job.ts";
import { KINDS, kindNamed } from "./kinds/kinds.ts";
import { runJobs } from "./pool.ts";

const USAGE = `usage: npm run fuzz -- [options]

Tries random cases of everything that comes from outside. Each must end with a result or an error
message, within bounds of time and memory. Cases that failed before (test/fuzz/corpus) are tried
first. Failures are printed with their seed and smallest case, and added to the corpus.

  --cases <n>        number of cases (default: 1000000)
  --only <kind,...>  kinds to try: ${KINDS.map(({ name }) => name).join(", ")}
  --seed <number>    random seed (default: from the time)
  --processes <n>    number of processes (default: one per core)
  --no-keep          do not add failures to the corpus

Exit code 0: no failures; 1: failures.
`;

/** Cases per job. */
const JOB_CASES = 1000;
/** Time between lines of progress. */
const PROGRESS_MS = 30_000;
const MAX_SHOWN_CHARACTERS = 400;

/** Cases to try. */
export interface FuzzOptions {
  readonly cases: number;
  readonly kinds: readonly string[];
  readonly seed: number;
  readonly processes: number;
}

/** Results of the cases of one kind. */
export interface KindCounts {
  readonly kind: string;
  tried: number;
  results: number;
  sentences: number;
  readonly failures: Failure[];
}

/** Tries cases in several processes and counts by kind; failures of one cause are one. */
export async function fuzz(
  options: FuzzOptions,
  report: (failures: readonly Failure[], tried: number) => void = () => {},
): Promise<readonly KindCounts[]> {
  let tried = 0;
  const counts = options.kinds.map((kind): KindCounts => {
    return { kind, tried: 0, results: 0, sentences: 0, failures: [] };
  });
  await runJobs(jobsOf(options), options.processes, (result) => {
    const count = counts.find(({ kind }) => kind === result.kind);
    tried += result.tried;
    report(count === undefined ? [] : add(count, result), tried);
  });
  return counts;
}

/** Adds the result of a job; returns failures with a new cause. */
function add(count: KindCounts, result: JobResult): readonly Failure[] {
  count.tried += result.tried;
  count.results += result.results;
  count.sentences += result.sentences;
  const fresh = result.failures.filter(
    ({ error }) => !count.failures.some((known) => known.error === error),
  );
  count.failures.push(...fresh);
  return fresh;
}

/** The kinds alternate, so that an interrupted run has tried all of them. */
function jobsOf({ cases, kinds, seed }: FuzzOptions): readonly Job[] {
  const chosen = kinds.map(kindNamed);
  const total = chosen.reduce((sum, { weight }) => sum + weight, 0);
  const jobs = chosen.flatMap(({ name, weight }) => {
    const own = Math.max(1, Math.round((cases * weight) / total));
    return Array.from({ length: Math.ceil(own / JOB_CASES) }, (_, turn) => ({
      turn,
      job: {
        kind: name,
        seed: seed + turn * 1_000,
        cases: Math.min(JOB_CASES, own - turn * JOB_CASES),
      },
    }));
  });
  return jobs.sort((a, b) => a.turn - b.turn).map(({ job }) => job);
}

/** Runs the command; returns its exit code. */
export async function runCommand(words: readonly string[]): Promise<number> {
  let options: FuzzOptions & { readonly keep: boolean };
  try {
    options = optionsOf(words);
  } catch (error) {
    process.stderr.write(`fuzz: ${messageOf(error)}\n\n${USAGE}`);
    return 2;
  }
  const replayed = await replayCorpus();
  print(`corpus: ${replayed.tried} cases, ${replayed.failures.length} failures`);
  replayed.failures.forEach(show);
  let reportedMs = performance.now();
  const counts = await fuzz(options, (failures, tried) => {
    for (const failure of failures) {
      show(failure);
      if (options.keep) print(`  kept as ${keepCase(failure)}`);
    }
    if (performance.now() - reportedMs < PROGRESS_MS) return;
    reportedMs = performance.now();
    process.stderr.write(`${tried} of ${options.cases} cases\n`);
  });
  print("| kind | cases | results | error messages | failures |\n|---|---:|---:|---:|---:|");
  for (const { kind, tried, results, sentences, failures } of counts) {
    print(`| ${[kind, tried, results, sentences, failures.length].join(" | ")} |`);
  }
  const tried = counts.reduce((sum, count) => sum + count.tried, replayed.tried);
  const failed = counts.reduce((sum, count) => sum + count.failures.length, 0);
  const early = options.cases - (tried - replayed.tried);
  if (early > 0 && failed > 0) {
    print(
      `${early} of ${options.cases} cases were not tried: a job that fails repeatedly ends early`,
    );
  }
  print(`${tried} cases from seed ${options.seed}, ${failed + replayed.failures.length} failures`);
  return failed + replayed.failures.length === 0 ? 0 : 1;
}

function optionsOf(words: readonly string[]): FuzzOptions & { readonly keep: boolean } {
  const { values } = parseArgs({
    args: [...words],
    allowNegative: true,
    options: {
      cases: { type: "string", default: "1000000" },
      only: { type: "string", multiple: true, default: [] },
      seed: { type: "string", default: String(Date.now() % 2 ** 31) },
      processes: { type: "string", default: String(availableParallelism()) },
      keep: { type: "boolean", default: true },
    },
  });
  const named = values.only.flatMap((list) => list.split(","));
  return {
    cases: wholeNumber("--cases", values.cases, 1),
    kinds: (named.length === 0 ? KINDS : named.map(kindNamed)).map(({ name }) => name),
    seed: wholeNumber("--seed", values.seed, 0),
    processes: wholeNumber("--processes", values.processes, 1),
    keep: values.keep,
  };
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`${option}: expected a whole number from ${least} upward, got \`${text}\``);
}

function show({ kind, seed, input, error }: Failure): void {
  const text = JSON.stringify(input) ?? "";
  const whole = text.length <= MAX_SHOWN_CHARACTERS;
  const cut = whole ? text : `${text.slice(0, MAX_SHOWN_CHARACTERS)}…`;
  print(`${kind} (seed ${seed}): ${error}\n  ${cut}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
