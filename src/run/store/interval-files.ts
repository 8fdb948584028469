import { join } from "node:path";
import { decodeCells } from "../../metrics/histogram/cells.ts";
import type { HistogramCounts } from "../../metrics/histogram/time-series.ts";
import type { IntervalSums } from "../../metrics/series/column-sums.ts";
import { UsageError } from "../../model/fault/errors.ts";
import type { Sample } from "../../model/run/sample.ts";
import { DAMAGED, eachStoredLine } from "./stored-file.ts";

/** Row of `intervals.csv`: one operation in one interval. Null: the field is empty or absent. */
export interface IntervalRow extends IntervalSums {
  /** Number of the row in the file, from 1; the header is the first. */
  readonly line: number;
  readonly phase: string;
  readonly repetition: string;
  readonly operation: string;
  /** Whether the log has a line of its service times, and one of its response times. */
  readonly hasService: boolean;
  readonly hasResponse: boolean;
}

/** One line of `latency.hlog`. */
export interface LogLine {
  readonly tag: string;
  /** Seconds from the start of the run. */
  readonly fromS: number;
  /** 0 for the drain. */
  readonly lengthS: number;
  /** Histogram as base64 text. */
  readonly histogram: string;
  /** Number of the line in the file, from 1. */
  readonly line: number;
}

/** Largest file that is read; a run with 1,000 phases of an hour writes about as much. */
const MAX_FILE_BYTES = 8_000_000_000;

/** Far beyond what an interval has, and far from where sums become infinite. */
const MAX_FIELD = 1e24;

/**
 * Calls `visit` with each row of an `intervals.csv`, in constant memory. Returns whether the file
 * exists. Columns that an older version did not write are null.
 *
 * @throws UsageError for a field that is not a number, by file, line and column.
 */
export function eachIntervalRow(path: string, visit: (row: IntervalRow) => void): boolean {
  let fields: Fields | null = null;
  return eachStoredLine(path, MAX_FILE_BYTES, (line, number) => {
    if (fields === null) fields = new Fields(path, line);
    else visit(fields.row(line, number));
  });
}

/**
 * Calls `visit` with each histogram of a `latency.hlog` whose tag is wanted, in constant memory.
 * Returns whether the file exists.
 */
export function eachLogLine(
  path: string,
  visit: (line: LogLine) => void,
  isWanted: (tag: string) => boolean = () => true,
): boolean {
  return eachStoredLine(path, MAX_FILE_BYTES, (text, line) => {
    if (!text.startsWith("Tag=")) return;
    const tag = text.slice(4, text.indexOf(","));
    if (!isWanted(tag)) return;
    const [, fromS, lengthS, , histogram = ""] = text.split(",");
    visit({ tag, fromS: Number(fromS), lengthS: Number(lengthS), histogram, line });
  });
}

/** One row of `samples.csv`. */
interface SampleRow {
  readonly phase: string;
  readonly repetition: string;
  readonly sample: Sample;
}

/**
 * Calls `visit` with each row of a `samples.csv`; older and short runs have none.
 *
 * @throws UsageError for a field that is not a number, by file, line and column.
 */
export function eachSample(path: string, visit: (row: SampleRow) => void): void {
  let fields: Fields | null = null;
  eachStoredLine(path, MAX_FILE_BYTES, (line, number) => {
    if (fields === null) fields = new Fields(path, line);
    else visit(fields.sample(line, number));
  });
}

/** Reads the fields of rows by the header of their file. */
class Fields {
  private readonly path: string;
  /** Position of each column. */
  private readonly at: ReadonlyMap<string, number>;
  private values: readonly string[] = [];
  private line = 0;

  constructor(path: string, header: string) {
    this.path = path;
    this.at = new Map(header.split(",").map((name, index) => [name, index]));
  }

  row(line: string, number: number): IntervalRow {
    this.values = fieldsOf(line);
    this.line = number;
    return {
      line: number,
      phase: this.text("phase"),
      repetition: this.text("repetition"),
      interval: this.number("interval"),
      fromS: this.number("from_s"),
      widthS: this.number("width_s"),
      operation: this.text("operation"),
      operations: this.number("operations"),
      bytes: this.number("bytes"),
      errors: this.number("errors"),
      throttled: this.optional("throttled"),
      offered: this.optional("phase_offered"),
      late: this.optional("phase_late"),
      dropped: this.optional("phase_dropped"),
      backlogMost: this.optional("phase_backlog_max"),
      backlogEnd: this.optional("phase_backlog_end"),
      hasService: this.text("latency_max_ns") !== "",
      hasResponse: this.text("response_max_ns") !== "",
      serviceAtLeastNs: this.optional("latency_at_least_ns"),
      responseAtLeastNs: this.optional("response_at_least_ns"),
    };
  }

  sample(line: string, number: number): SampleRow {
    this.values = fieldsOf(line);
    this.line = number;
    return {
      phase: this.text("phase"),
      repetition: this.text("repetition"),
      sample: {
        fromNs: this.number("from_s") * 1e9,
        widthNs: this.number("width_s") * 1e9,
        stealShare: this.optional("steal_share"),
        cpuWaitShare: this.optional("cpu_wait_share"),
        deviceReadBytes: this.optional("device_read_bytes"),
        deviceWriteBytes: this.optional("device_write_bytes"),
      },
    };
  }

  private text(name: string): string {
    return this.values[this.at.get(name) ?? -1] ?? "";
  }

  private optional(name: string): number | null {
    return this.text(name) === "" ? null : this.number(name);
  }

  private number(name: string): number {
    const text = this.text(name);
    const value = text === "" ? Number.NaN : Number(text);
    if (value >= 0 && value <= MAX_FIELD) return value;
    const got = JSON.stringify(text.slice(0, 40));
    throw new UsageError(
      `${this.path}:${this.line}: ${name}: expected a number, got ${got}; ${DAMAGED}`,
    );
  }
}

/** The fields of a row; names of phases, targets and settings can be quoted. */
function fieldsOf(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(",");
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "",
  );
}

/** The time series of a run as stored. */
export interface IntervalFiles {
  /** By phase and repetition, `read#1`. */
  readonly rows: ReadonlyMap<string, readonly IntervalRow[]>;
  /** By tag. */
  readonly lines: ReadonlyMap<string, readonly LogLine[]>;
  /** Decodes a line; a second time for the same phase, returns what it decoded. */
  decode(line: LogLine): HistogramCounts;
}

/** Maximum size of the files in memory, bytes; those of the last run can exceed it alone. */
const MAX_SIZE = 16 * 2 ** 20;
/** Size of a row, or of a line without its histogram, bytes. */
const ROW_SIZE = 300;

/** The time series that were read last: a comparison of 500 runs needs one at a time. */
export class Folders {
  private readonly known = new Map<string, Folder | null>();
  private size = 0;
  private last: Folder | null = null;
  private asked = "";

  /** Returns the time series of a run for one of its phases; null if a file is missing. */
  of(runId: string, path: string, phase: string): IntervalFiles | null {
    const asked = `${phase} ${runId}`;
    if (asked !== this.asked) this.last?.decoded.clear();
    this.asked = asked;
    const found = this.known.get(runId);
    this.last = found === undefined ? this.add(runId, Folder.read(path)) : found;
    return this.last;
  }

  private add(runId: string, folder: Folder | null): Folder | null {
    this.size += folder?.size ?? 0;
    for (const [oldest, one] of this.known) {
      if (this.size <= MAX_SIZE) break;
      this.known.delete(oldest);
      this.size -= one?.size ?? 0;
    }
    this.known.set(runId, folder);
    return folder;
  }
}

class Folder implements IntervalFiles {
  readonly rows = new Map<string, IntervalRow[]>();
  readonly lines = new Map<string, LogLine[]>();
  readonly decoded = new Map<LogLine, HistogramCounts>();
  size = 0;

  static read(path: string): Folder | null {
    const folder = new Folder();
    const hasRows = eachIntervalRow(join(path, "intervals.csv"), (row) => {
      groupOf(folder.rows, `${row.phase}#${row.repetition}`).push(row);
      folder.size += ROW_SIZE;
    });
    const hasLog = eachLogLine(join(path, "latency.hlog"), (line) => {
      groupOf(folder.lines, line.tag).push(line);
      folder.size += ROW_SIZE + line.histogram.length;
    });
    return hasRows && hasLog ? folder : null;
  }

  decode(line: LogLine): HistogramCounts {
    const counts = this.decoded.get(line) ?? decodeCells(line.histogram);
    this.decoded.set(line, counts);
    return counts;
  }
}

function groupOf<One>(groups: Map<string, One[]>, key: string): One[] {
  const found = groups.get(key) ?? [];
  groups.set(key, found);
  return found;
}
