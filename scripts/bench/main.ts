/**
 * `npm run bench`: compares assay with fio, elbencho, warp, Node's own calls, other S3 clients and
 * the limits of emulated volumes. `cells.ts` has all measurements and bounds; each file of
 * `families/` measures one kind of cells and shows its results. `runner/runner.ts` runs them.
 */
import { EXIT, UsageError } from "../../src/model/fault/errors.ts";
import type { Cell } from "./cells.ts";
import { FILES } from "./families/files.ts";
import { FIO } from "./families/fio.ts";
import { HOSTS } from "./families/hosts.ts";
import { MEMORY } from "./families/memory.ts";
import { NATS } from "./families/nats.ts";
import { NULL } from "./families/null.ts";
import { S3 } from "./families/s3.ts";
import { STARTUP } from "./families/startup.ts";
import { VOLUME } from "./families/volume.ts";
import { parseOptions, USAGE } from "./options.ts";
import { aboutOf, renderBench } from "./report.ts";
import { findPrograms } from "./runner/programs.ts";
import { type Bench, measureCells } from "./runner/runner.ts";
import { Workspace } from "./runner/workspace.ts";

const log = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  if (options.help) {
    process.stdout.write(USAGE);
    return EXIT.ok;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => stop.abort());
  }
  const space = new Workspace(options.folder, options.sizeBytes);
  try {
    await space.prepare();
    const programs = await findPrograms(options.programs, stop.signal);
    const bench = { options, space, signal: stop.signal, programs, log };
    const about = aboutOf(bench);
    const families = await measureAll(options.cells, bench);
    const failed = Object.values(families).flatMap((family) => family.failed);
    const results = Object.entries(families).map(([name, { results }]) => [name, results]);
    const leftOut = Object.values(families).flatMap((family) => family.leftOut);
    const json = { ...about, ...Object.fromEntries(results), leftOut, failed };
    const text = renderBench(about, Object.values(families));
    process.stdout.write(options.json ? `${JSON.stringify(json, null, 2)}\n` : text);
    return failed.length === 0 ? EXIT.ok : EXIT.machine;
  } catch (error) {
    if (stop.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    space.remove();
  }
}

/** Measures the chosen cells, one family after the other. */
async function measureAll(cells: readonly Cell[], bench: Bench) {
  const of = <Kind extends Cell["kind"]>(kind: Kind) =>
    cells.filter((cell): cell is Extract<Cell, { kind: Kind }> => cell.kind === kind);
  return {
    fio: await measureCells(FIO, of("fio"), bench),
    null: await measureCells(NULL, of("null"), bench),
    memory: await measureCells(MEMORY, of("memory"), bench),
    files: await measureCells(FILES, of("files"), bench),
    volumes: await measureCells(VOLUME, of("volume"), bench),
    startup: await measureCells(STARTUP, of("startup"), bench),
    hosts: await measureCells(HOSTS, of("hosts"), bench),
    nats: await measureCells(NATS, of("nats"), bench),
    s3: await measureCells(S3, of("s3"), bench),
  };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  log(`${error.message}\n\n${USAGE}`);
  process.exitCode = EXIT.usage;
}
