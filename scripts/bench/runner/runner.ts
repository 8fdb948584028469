/**
 * The parts that every family of cells uses: the order of the runs, the workspace, assay and fio
 * as child processes, medians and tables. Nothing here knows a cell. Read `alternate` first, then
 * `assay.ts`, which runs our side, and `fio.ts`, which runs fio's.
 */

import { messageOf } from "../../../src/model/fault/errors.ts";
import { leftOut, type ProgramName, type ProgramPaths, type Programs } from "./programs.ts";
import type { Workspace } from "./workspace.ts";

/** The options that a measurement reads. */
export interface Settings {
  readonly runs: number;
  readonly seconds: number;
  readonly memorySeconds: readonly [number, number];
  readonly sizeBytes: number;
  /** Null: the system's directory for temporary files. */
  readonly folder: string | null;
  /** Whether fio runs on both sides and is compared with itself. */
  readonly control: boolean;
  readonly programs: ProgramPaths;
}

/** One benchmark: its options, its directory, and where it reports. */
export interface Bench {
  readonly options: Settings;
  readonly space: Workspace;
  readonly signal: AbortSignal;
  readonly programs: Programs;
  /** Prints a line of progress. */
  readonly log: (line: string) => void;
}

/** The beginning of every cell. */
export interface Named<Kind> {
  readonly kind: Kind;
  /** Its name for `--only`. */
  readonly name: string;
  readonly title: string;
}

/** A kind of cells: how one of them is measured, and how the results of all are shown. */
export interface Family<Cell, Result> {
  /** The program that a cell compares with; null: none, or it can do without. */
  readonly needs?: (cell: Cell) => ProgramName | null;
  /** Whether its cells can be measured here; logs the reason where they cannot. */
  readonly available?: (bench: Bench) => Promise<boolean>;
  readonly measure: (cell: Cell, bench: Bench) => Promise<Result>;
  /** Blocks of markdown. */
  readonly show: (results: readonly Result[], bench: Pick<Bench, "options">) => readonly string[];
}

/** A cell that could not be measured, and why in one sentence. */
interface Unmeasured {
  readonly name: string;
  readonly reason: string;
}

/** The results of some cells of a family, and their tables. */
export interface Measured<Result> {
  readonly results: readonly Result[];
  readonly failed: readonly Unmeasured[];
  /** A sentence for each missing program. */
  readonly leftOut: readonly string[];
  readonly blocks: readonly string[];
}

/** Measures cells one by one; one that cannot be measured does not keep the others from it. */
export async function measureCells<Cell extends { readonly name: string }, Result>(
  family: Family<Cell, Result>,
  cells: readonly Cell[],
  bench: Bench,
): Promise<Measured<Result>> {
  const results: Result[] = [];
  const failed: Unmeasured[] = [];
  const { lines, able } = withoutMissing(family.needs ?? (() => null), cells, bench);
  const available = able.length === 0 || ((await family.available?.(bench)) ?? true);
  for (const cell of available ? able : []) {
    try {
      results.push(await family.measure(cell, bench));
    } catch (error) {
      bench.signal.throwIfAborted();
      failed.push({ name: cell.name, reason: messageOf(error) });
      bench.log(`${cell.name}: ${messageOf(error)}`);
    }
  }
  const blocks = results.length === 0 ? [] : family.show(results, bench);
  return { results, failed, leftOut: lines, blocks };
}

/** The cells whose programs are installed; logs a line for each program that is missing. */
function withoutMissing<Cell extends { readonly name: string }>(
  needs: (cell: Cell) => ProgramName | null,
  cells: readonly Cell[],
  { programs, log }: Bench,
): { readonly able: readonly Cell[]; readonly lines: readonly string[] } {
  const missing = new Map<ProgramName, string[]>();
  const able = cells.filter((cell) => {
    const program = needs(cell);
    if (program === null || programs[program] !== null) return true;
    missing.set(program, [...(missing.get(program) ?? []), cell.name]);
    return false;
  });
  const lines = [...missing].map(([program, names]) => leftOut(program, names));
  for (const line of lines) log(line);
  return { able, lines };
}

/**
 * Runs the sides of a cell in turn: A B, B A, A B, … A disturbance of the machine meets all of
 * them, and a machine that gets slower all the time favors none. Returns the samples of a side,
 * empty for a side that did not run.
 */
export async function alternate<Sample>(
  cell: { readonly name: string },
  sides: Readonly<Record<string, (run: number) => Promise<Sample>>>,
  textOf: (sample: Sample) => string,
  { options, log }: Bench,
): Promise<(side: string) => readonly Sample[]> {
  const samples = new Map<string, Sample[]>(Object.keys(sides).map((side) => [side, []]));
  const order = Object.entries(sides);
  for (let run = 0; run < options.runs; run++) {
    for (const [side, measure] of run % 2 === 0 ? order : order.toReversed()) {
      const sample = await measure(run);
      samples.get(side)?.push(sample);
      log(`${cell.name} ${run + 1}/${options.runs} ${side}: ${textOf(sample)}`);
    }
  }
  return (side) => samples.get(side) ?? [];
}
