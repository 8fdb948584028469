import { printableJson } from "../model/printable.ts";
import type { Console } from "./console.ts";

/** Outcome of the cleanup of one run. */
type CleanResult = "removed" | "left" | "nothing" | "kept" | "running" | "unknown";

/** One run that `assay clean` looked at, as `--print json` shows it. */
export interface CleanedRun {
  readonly run: string;
  readonly target: string;
  /**
   * `left`: some data may remain; `nothing`: the target had no data of it; `kept` and `running`:
   * not touched; `unknown`: there is no such run.
   */
  readonly result: CleanResult;
  readonly removedFiles: number;
  readonly removedBytes: number;
  /** Sentences that stderr shows. */
  readonly messages: readonly string[];
}

/** Prints the outcome of each run on stderr, and collects it for JSON. */
export class CleanLog {
  private readonly console: Console;
  private readonly runs: CleanedRun[] = [];

  constructor(console: Console) {
    this.console = console;
  }

  /** Adds one run that removed nothing, unless `removed` says what. */
  add(
    entry: Pick<CleanedRun, "run" | "target" | "result" | "messages">,
    removed: Pick<CleanedRun, "removedFiles" | "removedBytes"> = NOTHING,
  ): void {
    const { removedFiles, removedBytes } = removed;
    this.runs.push({ ...entry, removedFiles, removedBytes });
    for (const message of entry.messages) this.console.error(`${entry.run}: ${message}\n`);
  }

  /** Prints all runs as a JSON document on stdout. */
  async printJson(): Promise<void> {
    await this.console.out(`${printableJson({ runs: this.runs })}\n`);
  }

  /** Whether a run has one of these results. */
  has(...results: readonly CleanResult[]): boolean {
    return this.runs.some(({ result }) => results.includes(result));
  }
}

const NOTHING = { removedFiles: 0, removedBytes: 0 } as const;
