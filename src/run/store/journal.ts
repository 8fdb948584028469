import { PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { SearchResult } from "../../model/plan/search.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { parseJson } from "../../model/run/stored-json.ts";
import type { AppendFile } from "./append-file.ts";
import type { ResultsFolder } from "./results-folder.ts";

/**
 * File with the results since the last `run.json`, one JSON document per line. It exists only while
 * a run has such results, or after the process was killed then.
 */
export const JOURNAL_FILE = "journal.jsonl";

/** Minimum time between two versions of `run.json`, and maximum share of the time to write it. */
const REWRITE_MS = 1000;
/**
 * Time after which the results of phases are synced. A process that is killed loses none of them;
 * a host that fails loses those of this time. A sync per phase would take longer than all else
 * between two short phases.
 */
const SYNC_MS = 1000;
const MAX_WRITE_SHARE = 0.02;

/** Results of a run that its `run.json` does not have yet. */
export class Journal {
  private readonly results: ResultsFolder;
  private file: AppendFile | null = null;
  private last: Run | null = null;
  /** Warnings and length of the last `run.json`, and when the next one may be written. */
  private written = { warnings: 0, bytes: 0, nextMs: 0 };
  private syncedMs = 0;

  constructor(results: ResultsFolder) {
    this.results = results;
  }

  /** The run, if `run.json` lacks results of it. */
  get missing(): Run | null {
    return this.file === null ? null : this.last;
  }

  /** Adds the results since the last state of the run; false if `run.json` has to be written. */
  add(run: Run): boolean {
    const { last, written } = this;
    if (last === null || performance.now() >= written.nextMs) return false;
    if (run.warnings.length !== written.warnings) return false;
    const text = journalLines(last, run);
    try {
      this.file ??= this.results.open(JOURNAL_FILE);
      const storedBytes = written.bytes + this.file.bytes + text.length;
      const isSynced = performance.now() - this.syncedMs >= SYNC_MS;
      this.results.appendResult(this.file, text, storedBytes, isSynced);
      if (isSynced) this.syncedMs = performance.now();
    } catch (error) {
      // The write of `run.json` that follows finds the same problem, or has all results.
      if (error instanceof PreflightError) return false;
      throw error;
    }
    this.last = run;
    return true;
  }

  /** Begins again after a `run.json` of this length, whose writing began at `startedMs`. */
  restart(run: Run, bytes: number, startedMs: number): void {
    if (this.file !== null) this.results.drop(this.file);
    this.file = null;
    this.last = run;
    const nowMs = performance.now();
    const nextMs = nowMs + Math.max(REWRITE_MS, (nowMs - startedMs) / MAX_WRITE_SHARE);
    this.written = { warnings: run.warnings.length, bytes, nextMs };
    this.syncedMs = nowMs;
  }
}

/** A line of the journal. */
type JournalLine = { readonly step: number } & (
  | { readonly phase: PhaseResult }
  | { readonly at: number; readonly search: SearchResult }
);

/** A value of unknown type per field. */
type Unchecked<T> = { readonly [Field in keyof T]?: unknown };

/** Returns the lines of the results that `after` has and `before` does not. */
function journalLines(before: Run, after: Run): string {
  let step = stepsOf(before);
  const lines: JournalLine[] = [];
  for (const phase of after.phases.slice(before.phases.length)) {
    lines.push({ step: ++step, phase });
  }
  for (const [at, search] of after.searches?.entries() ?? []) {
    if (search === before.searches?.[at]) continue;
    step += searchSteps(search) - searchSteps(before.searches?.[at]);
    lines.push({ step, at, search });
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/**
 * Adds the results of a journal to the value of the `run.json` next to it, whose fields are not
 * checked. Lines that the run already has are left out, and so is text after the last line break:
 * a crash cut that line off.
 *
 * @throws UsageError for an invalid line; the sentence names file and line
 */
export function withJournal(run: object, text: string, path: string): object {
  const { phases, searches }: Unchecked<Run> = run;
  const known = stepsOf(run);
  const joined = { phases: entriesOf(phases).slice(), searches: entriesOf(searches).slice() };
  for (const [index, line] of text.split("\n").slice(0, -1).entries()) {
    const parsed = parseJson(line);
    const value = "value" in parsed ? parsed.value : null;
    if (!isLine(value)) {
      throw new UsageError(
        `${path}:${index + 1}: expected a result of a phase, got another text; the file was ` +
          "changed or damaged: restore it, or remove it to do without the results in it",
      );
    }
    if (value.step <= known) continue;
    if ("phase" in value) joined.phases.push(value.phase);
    else joined.searches[value.at] = value.search;
  }
  const hasSearches = joined.searches.length > 0;
  return { ...run, phases: joined.phases, ...(hasSearches ? { searches: joined.searches } : {}) };
}

function isLine(value: unknown): value is JournalLine {
  if (typeof value !== "object" || value === null) return false;
  const { step, phase, at, search }: Unchecked<{ step: 0; phase: 0; at: 0; search: 0 }> = value;
  if (!isCount(step)) return false;
  return phase === undefined ? isCount(at) && search !== undefined : search === undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31;
}

/**
 * Number of results of a run: every change that is stored adds at least one, so that of two states
 * of a run, the later one has more.
 */
function stepsOf({ phases, searches }: Unchecked<Run>): number {
  const found = entriesOf(searches).reduce<number>((sum, one) => sum + searchSteps(one), 0);
  return entriesOf(phases).length + found;
}

function searchSteps(search: unknown): number {
  if (typeof search !== "object" || search === null) return 0;
  const { points, capacityPerSecond = null, ended = null }: Unchecked<SearchResult> = search;
  return entriesOf(points).length + Number(capacityPerSecond !== null) + Number(ended !== null);
}

function entriesOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
