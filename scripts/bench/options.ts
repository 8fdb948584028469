import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { messageOf, UsageError } from "../../src/model/fault/errors.ts";
import { parseBytes } from "../../src/model/units.ts";
import { CELLS, type Cell } from "./cells.ts";
import type { Settings } from "./runner/runner.ts";

export const USAGE = `Usage: npm run bench -- [options]

Measures assay side by side with fio on the same file, its own cost without storage, and its peak
memory. The table goes to stdout, progress to stderr; everything made on the way is removed.

  --only <cell,...>     measure these cells; \`uring\` is all whose names begin so
  --runs <n>            runs of each side, interleaved; medians are shown       (7)
  --seconds <s>         length of each run, after two seconds of warm-up         (3)
  --memory-seconds <s,l>  lengths of the short and the long run for memory      (10,60)
  --size <size>         of the file that is read                                (512MiB)
  --dir <folder>        where the file is put   (the system's folder for temporary files)
  --control             fio on both sides of the cells beside it: what differs then is the machine's
  --json                JSON with every run instead of the table

Cells: ${CELLS.map(({ name }) => name).join(", ")}
Those of S3 start a MinIO; they are measured only if they are named.
`;

/** The command line, every default filled. */
export interface BenchOptions extends Settings {
  readonly cells: readonly Cell[];
  readonly json: boolean;
  readonly help: boolean;
}

/** Reads the command line; throws UsageError with what was expected. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(argv);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
  const [short = 0, long = 0, more] = values["memory-seconds"].split(",").map(Number);
  if (!(short > 0 && long >= short) || more !== undefined) {
    throw new UsageError("--memory-seconds: expected two numbers of seconds such as `10,60`");
  }
  const size = parseBytes(values.size);
  if ("problem" in size) throw new UsageError(`--size: ${size.problem}`);
  if (size.value < 1048576 || size.value % 1048576 !== 0) {
    throw new UsageError("--size: expected whole mebibytes such as `512MiB`");
  }
  const runs = positive("--runs", values.runs);
  if (!Number.isInteger(runs)) throw new UsageError("--runs: expected a whole number");
  const { dir: folder = null, control, json, help } = values;
  if (folder !== null && !existsSync(folder)) {
    throw new UsageError(`--dir: there is no folder ${folder}`);
  }
  const cells = chosen(values.only);
  const seconds = positive("--seconds", values.seconds);
  const lengths = { runs, seconds, memorySeconds: [short, long] } as const;
  return { cells, ...lengths, sizeBytes: size.value, folder, control, json, help };
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options: {
      only: { type: "string", multiple: true, default: [] },
      runs: { type: "string", default: "7" },
      seconds: { type: "string", default: "3" },
      "memory-seconds": { type: "string", default: "10,60" },
      size: { type: "string", default: "512MiB" },
      dir: { type: "string" },
      control: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  }).values;
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new UsageError(`${option}: \`${text}\` was found, expected a number above 0`);
}

/** Cells by name, or by the beginning of their names. */
function chosen(given: readonly string[]): readonly Cell[] {
  if (given.length === 0) return CELLS.filter(({ kind }) => kind !== "s3");
  const wanted = new Set<Cell>();
  for (const name of given.flatMap((list) => list.split(","))) {
    const exact = CELLS.filter((cell) => cell.name === name);
    const found = exact.length > 0 ? exact : CELLS.filter((cell) => cell.name.startsWith(name));
    if (name === "" || found.length === 0) {
      const known = CELLS.map((cell) => cell.name).join(", ");
      throw new UsageError(`--only: \`${name}\` is no cell; there are ${known}`);
    }
    for (const cell of found) wanted.add(cell);
  }
  return CELLS.filter((cell) => wanted.has(cell));
}
