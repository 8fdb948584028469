import { cpus, loadavg } from "node:os";
import { EXIT, messageOf, UsageError } from "../../src/model/fault/errors.ts";
import { volumeRefusal } from "../emulated-volume/start.ts";
import type { Cell } from "./cells.ts";
import { fioVersion } from "./fio.ts";
import { type Bench, measureFio, measureMemory, measureNull } from "./measure.ts";
import { type BenchOptions, parseOptions, USAGE } from "./options.ts";
import type {
  BenchResult,
  FilesResult,
  FioResult,
  MemoryResult,
  NullResult,
  Unmeasured,
} from "./result.ts";
import { measureFiles } from "./small-files.ts";
import { renderBench } from "./table.ts";
import { measureVolume } from "./volume.ts";
import type { VolumeResult } from "./volume-result.ts";
import { Workspace } from "./workspace.ts";

const log = (line: string): void => void process.stderr.write(`${line}\n`);

/** Results as they come in; a cell that cannot be measured does not keep the others from it. */
interface Collected {
  readonly fio: FioResult[];
  readonly null: NullResult[];
  readonly memory: MemoryResult[];
  readonly files: FilesResult[];
  readonly volumes: VolumeResult[];
  readonly failed: Unmeasured[];
}

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
  const space = new Workspace(options.folder);
  try {
    await space.prepare();
    const result = await measureAll({ options, space, signal: stop.signal, log });
    const text = options.json ? `${JSON.stringify(result, null, 2)}\n` : renderBench(result);
    process.stdout.write(text);
    return result.failed.length === 0 ? EXIT.ok : EXIT.machine;
  } catch (error) {
    if (stop.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    space.remove();
  }
}

async function measureAll(bench: Bench): Promise<BenchResult> {
  const { options, space, signal } = bench;
  const version = await fioVersion(signal);
  if (version === null) {
    log("There is no fio here, so nothing is measured beside it: `apt install fio` gets one.");
  }
  const about = surroundings(options, space, version);
  const collected: Collected = {
    fio: [],
    null: [],
    memory: [],
    files: [],
    volumes: [],
    failed: [],
  };
  const refusal = options.cells.some(({ kind }) => kind === "volume")
    ? await volumeRefusal()
    : null;
  if (refusal !== null) log(`No emulated volume is measured: ${refusal}.`);
  for (const cell of options.cells) {
    if (cell.kind === "fio" && version === null) continue;
    if (cell.kind === "volume" && refusal !== null) continue;
    try {
      await measureCell(cell, bench, collected);
    } catch (error) {
      signal.throwIfAborted();
      collected.failed.push({ name: cell.name, reason: messageOf(error) });
      log(`${cell.name}: ${messageOf(error)}`);
    }
  }
  return { ...about, ...collected };
}

async function measureCell(cell: Cell, bench: Bench, into: Collected): Promise<void> {
  if (cell.kind === "fio") into.fio.push(await measureFio(cell, bench));
  else if (cell.kind === "null") into.null.push(await measureNull(cell, bench));
  else if (cell.kind === "files") into.files.push(await measureFiles(cell, bench));
  else if (cell.kind === "volume") into.volumes.push(await measureVolume(cell, bench));
  else into.memory.push(await measureMemory(cell, bench));
}

function surroundings(options: BenchOptions, space: Workspace, version: string | null) {
  const processors = cpus();
  return {
    machine: `${processors.length} x ${processors[0]?.model ?? "unknown processor"}`,
    node: `Node ${process.version}`,
    storage: space.storage,
    loadBefore: loadavg()[0] ?? 0,
    fioVersion: version,
    control: options.control,
    runs: options.runs,
    seconds: options.seconds,
    sizeBytes: options.sizeBytes,
  };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  log(`${error.message}\n\n${USAGE}`);
  process.exitCode = EXIT.usage;
}
