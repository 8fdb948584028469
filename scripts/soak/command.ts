/**
 * `npm run soak`: the same runs for an hour, on the null engine and on a MinIO. `process.ts` runs
 * them, `sample.ts` reads their resources, and `verdict.ts` decides whether these grow.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { EXIT, messageOf } from "../../src/model/fault/errors.ts";
import { catchSignals, signalCode } from "../../src/testbed/foreground/signals.ts";
import { startMinio } from "../../src/testbed/minio/minio.ts";
import { type Soaked, startSoaked } from "./process.ts";
import { type Holding, holdingOf, type Minute, minuteOf } from "./sample.ts";
import { SOAK_CELLS } from "./scenarios.ts";
import { soakVerdict } from "./verdict.ts";

const USAGE = `usage: npm run soak -- [options]

Runs assay for an hour on the null engine and on MinIO, at a low load, and prints what each process
holds by the minute: memory (RSS), open descriptors and threads. Ends with a verdict per process.

  --minutes 60    duration (default: 60)
  --only null     targets: null, minio (default: both)

Exit code 0: no growth after the warm-up; 1: growth; 3: MinIO is missing or a run failed.
`;

const SAMPLE_MS = 10_000;
/** Time for the end of the last phase, the cleanup and the report. */
const ENDING_MINUTES = 2;
/** Additional share of the time, for phases that start late on a busy host. */
const ENDING_SHARE = 0.1;

interface Settings {
  readonly minutes: number;
  readonly targets: readonly string[];
}

/** One sampled process with its minutes so far. */
interface Watched extends Soaked {
  readonly minutes: Minute[];
  samples: Holding[];
}

/** Runs the command; returns its exit code. */
export async function runCommand(words: readonly string[]): Promise<number> {
  let settings: Settings;
  try {
    settings = settingsOf(words);
  } catch (error) {
    process.stderr.write(`soak: ${messageOf(error)}\n\n${USAGE}`);
    return 2;
  }
  const signals = catchSignals();
  const folder = mkdtempSync(join(tmpdir(), "assay-soak-"));
  const minio = settings.targets.includes("minio") ? await startMinio({ log: say }) : null;
  try {
    if (minio !== null && "unavailable" in minio) {
      process.stderr.write(`soak: ${minio.unavailable}; or use --only null\n`);
      return 3;
    }
    const cells = SOAK_CELLS.filter(({ target }) => settings.targets.includes(target));
    const watched = cells.map((cell) => ({
      ...startSoaked(cell, settings.minutes, folder, minio),
      minutes: [],
      samples: [],
    }));
    try {
      const signal = await watch(watched, settings.minutes, signals.first);
      if (signal !== null) return signalCode(signal);
      const late = watched.filter((one) => !one.over());
      await Promise.all(late.map((one) => one.stop()));
      return report(watched, late);
    } finally {
      await Promise.all(watched.map((one) => one.stop()));
    }
  } finally {
    if (minio !== null && "stop" in minio) await minio.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Samples until all processes end; returns the signal that ended it early, if any. */
async function watch(
  watched: readonly Watched[],
  minutes: number,
  stopped: Promise<NodeJS.Signals>,
): Promise<NodeJS.Signals | null> {
  const started = performance.now();
  const deadline = (minutes * (1 + ENDING_SHARE) + ENDING_MINUTES) * 60_000;
  print(["minute", "process", "RSS MiB", "descriptors", "threads"]);
  for (let minute = 1; watched.some((one) => !one.over()); ) {
    const signal = await Promise.race([stopped, sleep(SAMPLE_MS).then(() => null)]);
    if (signal !== null) return signal;
    for (const one of watched) {
      const holding = holdingOf(one.pid);
      if (holding !== null) one.samples.push(holding);
    }
    const elapsed = performance.now() - started;
    if (elapsed > deadline) return null;
    if (elapsed < minute * 60_000) continue;
    for (const one of watched) closeMinute(one, minute);
    minute++;
  }
  return null;
}

function closeMinute(one: Watched, minute: number): void {
  const row = minuteOf(minute, one.samples);
  one.samples = [];
  if (row === null) return;
  one.minutes.push(row);
  const mebibytes = (row.rssBytes / 2 ** 20).toFixed(1);
  print([String(minute), one.cell.name, mebibytes, String(row.descriptors), String(row.threads)]);
}

/** Prints the verdicts; returns the exit code. The `late` ones were ended at the deadline. */
function report(watched: readonly Watched[], late: readonly Watched[]): number {
  let code = 0;
  for (const one of watched) {
    const ended = one.ended();
    const { steady, sentence } = soakVerdict(one.minutes);
    const isLate = late.includes(one) && ended === EXIT.interrupted;
    const how = isLate ? "ended at the deadline" : `exit ${ended ?? "by a signal"}`;
    process.stdout.write(`${one.cell.name}: ${sentence}; ${how}\n`);
    if (ended !== EXIT.ok && !isLate) {
      process.stdout.write(`${one.words().trim()}\n`);
      code = 3;
    } else if (steady === false && code === 0) code = 1;
  }
  return code;
}

function settingsOf(words: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...words],
    options: {
      minutes: { type: "string", default: "60" },
      only: { type: "string", multiple: true, default: [] },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes >= 1 && minutes <= 10_080)) {
    throw new Error(`--minutes: expected 1 to 10080, got \`${values.minutes}\``);
  }
  const known = ["null", "minio"];
  const wrong = values.only.find((name) => !known.includes(name));
  if (wrong !== undefined) throw new Error(`--only: expected null or minio, got \`${wrong}\``);
  return { minutes, targets: values.only.length === 0 ? known : values.only };
}

function print(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
