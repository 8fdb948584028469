import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { messageOf, UsageError } from "../../src/model/fault/errors.ts";
import { parseBytes } from "../../src/model/units.ts";
import { CELLS, type Cell } from "./cells.ts";
import { PROGRAM_NAMES } from "./runner/programs.ts";
import type { Settings } from "./runner/runner.ts";

export const USAGE = `Usage: npm run bench -- [options]

Measures assay and fio alternately on the same file, assay's cost without storage, and its peak
memory. Prints the table on stdout and progress on stderr, and removes its files.

  --only <cell,...>     cells to measure; \`uring\` means all that begin with it
  --runs <n>            interleaved runs per side; medians are shown (default: 7)
  --seconds <s>         length of a run, after 2 s of warm-up (default: 3)
  --memory-seconds <s,l>  lengths of the short and the long memory run (default: 10,60)
  --size <size>         size of the file (default: 512MiB)
  --dir <directory>     directory of the file (default: the system's temporary directory)
  --control             fio on both sides: shows the differences that the host causes
  --fio, --elbencho, --warp <program>
                        programs to compare with (default: those on the PATH)
  --json                print JSON with every run instead of the table

Cells: ${CELLS.map(({ name }) => name).join(", ")}
Cells of S3 and warp start a MinIO and are measured only with --only.
`;

/** The command line, every default filled. */
export interface BenchOptions extends Settings {
  readonly cells: readonly Cell[];
  readonly json: boolean;
  readonly help: boolean;
}

/**
 * Parses the command line.
 *
 * @throws UsageError with the expected value.
 */
export function parseOptions(argv: readonly string[]): BenchOptions {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(argv);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
  const [short = 0, long = 0, more] = values["memory-seconds"].split(",").map(Number);
  if (!(short > 0 && long >= short) || more !== undefined) {
    throw new UsageError("--memory-seconds: expected two numbers of seconds, for example `10,60`");
  }
  const size = parseBytes(values.size);
  if ("problem" in size) throw new UsageError(`--size: ${size.problem}`);
  if (size.value < 1048576 || size.value % 1048576 !== 0) {
    throw new UsageError("--size: expected whole mebibytes, for example `512MiB`");
  }
  const runs = positive("--runs", values.runs);
  if (!Number.isInteger(runs)) throw new UsageError("--runs: expected a whole number");
  const { dir: folder = null, control, json, help, fio, elbencho, warp } = values;
  const programs = { fio, elbencho, warp };
  for (const name of PROGRAM_NAMES) {
    if (programs[name].includes("/") && !existsSync(programs[name])) {
      throw new UsageError(`--${name}: program ${programs[name]} does not exist`);
    }
  }
  if (folder !== null && !existsSync(folder)) {
    throw new UsageError(`--dir: directory ${folder} does not exist`);
  }
  const cells = chosen(values.only);
  const seconds = positive("--seconds", values.seconds);
  const lengths = { runs, seconds, memorySeconds: [short, long] } as const;
  return { cells, ...lengths, sizeBytes: size.value, folder, control, programs, json, help };
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
      fio: { type: "string", default: "fio" },
      elbencho: { type: "string", default: "elbencho" },
      warp: { type: "string", default: "warp" },
      control: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  }).values;
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new UsageError(`${option}: expected a number above 0, got \`${text}\``);
}

/** Returns cells by name or by the first letters of their names. */
function chosen(given: readonly string[]): readonly Cell[] {
  if (given.length === 0) return CELLS.filter(({ kind }) => kind !== "s3");
  const wanted = new Set<Cell>();
  for (const name of given.flatMap((list) => list.split(","))) {
    const exact = CELLS.filter((cell) => cell.name === name);
    const found = exact.length > 0 ? exact : CELLS.filter((cell) => cell.name.startsWith(name));
    if (name === "" || found.length === 0) {
      const known = CELLS.map((cell) => cell.name).join(", ");
      throw new UsageError(`--only: unknown cell \`${name}\`; expected one of ${known}`);
    }
    for (const cell of found) wanted.add(cell);
  }
  return CELLS.filter((cell) => wanted.has(cell));
}
