import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { succeed } from "../runner/child.ts";
import { CpuTrace } from "../runner/cpu-trace.ts";
import { required } from "../runner/programs.ts";
import type { Bench } from "../runner/runner.ts";
import type { FilesLoad, FilesOperation, FilesSample } from "./side.ts";

/** Its names of our operations. */
const PHASES: Readonly<Record<FilesOperation, string>> = {
  create: "WRITE",
  stat: "STAT",
  fetch: "READ",
  delete: "RMFILES",
};

/** Pause between phases, in which its CPU time is read; less would meet the end of a phase. */
const PAUSE_SECONDS = 1;
const MARGIN_MS = 400;

/**
 * elbencho's options for the files of a cell: as many threads as operations in flight, each with
 * its directories. Directories are made before the first phase that counts and removed after the
 * last one, so that there is a pause around each.
 */
export function elbenchoArguments(
  { count, fileBytes, filesPerDirectory, workers, queueDepth, passes }: FilesLoad,
  folder: string,
  report: string,
): readonly string[] {
  const threads = workers * queueDepth;
  const directories = count / threads / filesPerDirectory;
  if (!Number.isInteger(directories)) {
    throw new Error(
      `${count} files are not a whole number of directories of ${filesPerDirectory} files for ` +
        `each of ${threads} threads`,
    );
  }
  const numbers = { "-t": threads, "-n": directories, "-N": filesPerDirectory };
  const sizes = { "-s": fileBytes, "-b": fileBytes };
  const repeats = { "-i": passes === "warm" ? 2 : 1, "--phasedelay": PAUSE_SECONDS };
  return [
    ...["-d", "-w", "--stat", "-r", "-F", "-D"],
    ...Object.entries({ ...numbers, ...sizes, ...repeats }).flatMap(([key, value]) => [
      key,
      String(value),
    ]),
    // Without the live line, and with a rate for a phase of less than a millisecond.
    ...["--nolive", "--no0usecerr", "--jsonfile", report, folder],
  ];
}

/** One run of elbencho, which needs all operations: each process goes through to its end. */
export async function elbenchoFiles(
  load: FilesLoad,
  operations: readonly FilesOperation[],
  folder: string,
  { programs, space, signal }: Bench,
): Promise<FilesSample> {
  const report = join(await mkdtemp(join(space.root, "elbencho-")), "report.json");
  const { path } = required(programs, "elbencho");
  const trace = new CpuTrace();
  await succeed("elbencho", [path, ...elbenchoArguments(load, folder, report)], signal, trace);
  const phases = parseElbencho(await readFile(report, "utf8"));
  const rates = operations.map((operation) => {
    // The last pass counts; a pass before it is the rehearsal.
    const phase = phases.findLast(({ name }) => name === PHASES[operation]);
    if (phase === undefined) throw new Error(`elbencho reported no phase ${PHASES[operation]}`);
    const { startMs, elapsedMs, entries, entriesPerSecond } = phase;
    if (entries !== load.count) {
      throw new Error(`elbencho: ${phase.name} was of ${entries} files instead of ${load.count}`);
    }
    const cpuNs = trace.between(startMs - MARGIN_MS, startMs + elapsedMs + MARGIN_MS) / entries;
    const cost = { cpuNsPerOperation: cpuNs, workerCpuNsPerOperation: cpuNs };
    return [operation, { operationsPerSecond: entriesPerSecond, ...cost }] as const;
  });
  return Object.fromEntries(rates);
}

/** One phase of its report, until the last thread was done. */
export interface ElbenchoPhase {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly elapsedMs: number;
  readonly entries: number;
  readonly entriesPerSecond: number;
}

/** Reads its report: an object of JSON per phase and line, numbers as text. */
export function parseElbencho(text: string): readonly ElbenchoPhase[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const { phase_type: name, iso_start_date: start, last_done: done } = JSON.parse(line);
    const phase = {
      name: String(name),
      // Its offset has no colon, which Date would want.
      startMs: Date.parse(String(start).replace(/(\d\d)(\d\d)$/, "$1:$2")),
      elapsedMs: Number(done?.elapsed_time_ms),
      entries: Number(done?.entries),
      entriesPerSecond: Number(done?.["entries/s"]),
    };
    if (Object.values(phase).some((value) => Number.isNaN(value))) {
      const expected = "iso_start_date, elapsed_time_ms, entries and entries/s";
      throw new Error(`elbencho's report of ${phase.name} lacks one of ${expected}`);
    }
    return phase;
  });
}
