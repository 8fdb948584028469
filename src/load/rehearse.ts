import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Session } from "../engine/engine.ts";
import {
  type DatasetLocation,
  directoryCount,
  directoryName,
  fileName,
} from "../model/plan/dataset.ts";
import type { Operation } from "../model/plan/operation.ts";
import { longestNs, type PhaseLimit } from "../model/plan/plan.ts";
import { makeScratchFolder } from "../model/scratch-folder.ts";
import { driveBlocking, makeLoop } from "./drive/blocking.ts";
import type { Drive } from "./drive/drive.ts";
import { driveEvents } from "./drive/events.ts";
import { Failures } from "./drive/failures.ts";
import { StageTimes } from "./drive/stages.ts";
import { makeStartLine, Starter, StartLine } from "./drive/start-line.ts";
import { Recorder } from "./record/recorder.ts";
import type { PhaseSetup, WorkerTask } from "./task.ts";
import { inBlocks } from "./thread-share.ts";
import { makeWork, openWork, type Work } from "./work.ts";

/**
 * CPU time of the loop after which V8 has compiled it with all optimizations, and the maximum time
 * of a rehearsal, which a busy host needs.
 */
const LOOP_CPU_MS = 100;
const MAX_REHEARSAL_MS = 600;
const INTERVAL_MS = 20;
/** A pass without a completion for this time ends: longer than a busy host takes for one. */
const QUIET_MS = 2000;

/** Files in two directories: 1 MiB of memory, for blocks at most 2 MiB. */
const FILES = { whole: 256, blocks: 8 } as const;
const MAX_FILE_BYTES = 4096;
const MAX_BLOCK_BYTES = 65_536;
const BLOCKS_EACH = 4;
const MAX_DEPTH = 16;

/** Passes over files that stay: an even number, after which a renamed file has its first name. */
const EPOCHS = 16;

/** Operations that can follow themselves on one file. */
const REPEATED: ReadonlySet<Operation> = new Set(["read", "write", "stat", "fetch", "rename"]);

/** Operations that need nothing but a file. */
const REHEARSED: ReadonlySet<Operation> = new Set([...REPEATED, "create", "delete"]);

type Task = Pick<WorkerTask, "setup" | "series">;

/** Loops that this thread has run. */
const known = new Set<string>();

/**
 * Objects of the last pass. V8 discards optimized code as soon as no object of a shape that it
 * expects is left, and the garbage of a rehearsal is collected before the phase.
 */
const lastPass: unknown[] = [];

/** What a worker did before the start line. Nothing of it is counted. */
interface Rehearsal {
  readonly lengthNs: number;
  readonly operations: number;
  readonly errors: number;
}

/**
 * Runs a worker's loop on scratch files in memory before a phase that a count ends, so that the
 * phase does not measure how V8 compiles the loop; a phase with a time limit has a warm-up for
 * that. Returns null without a rehearsal: this thread ran the loop before, or the phase needs more
 * than files. If scratch files cannot be made, the phase runs without it.
 */
export async function rehearse({ setup, series }: Task): Promise<Rehearsal | null> {
  const loop = loopOf(setup);
  if (loop === null || known.has(loop)) return null;
  known.add(loop);
  const fromMs = performance.now();
  const untilMs = fromMs + MAX_REHEARSAL_MS;
  let loopMs = 0;
  let folder: string | null = null;
  let operations = 0;
  let errors = 0;
  try {
    folder = makeScratchFolder(`assay-rehearsal-${process.pid}-`);
    const small = smaller(setup, folder);
    const held = write(folder, small.dataset);
    try {
      const part = { setup: { ...small, dataset: { ...small.dataset, held } }, worker: 0 };
      restore(folder, part.setup, true);
      const work = makeWork(part);
      const stages = StageTimes.of(series, work.slots);
      // Two sessions, because V8 optimizes code with functions of one for that one only. Of a ring
      // one, because the memory of a closed ring counts as locked for some time.
      for (let left = setup.engine === "uring" ? 1 : 2; left > 0; left--) {
        const session = await openWork(part, work, stages);
        try {
          do {
            const recorder = recorderOf(series, (record) => {
              operations += sum(record.operations);
              errors += sum(record.errors);
            });
            const again = makeWork(part, work);
            const beforeMs = cpuMs();
            const used = await pass({ ...again, recorder, stages }, part.setup, session);
            lastPass.splice(0, Number.POSITIVE_INFINITY, used, session);
            loopMs += cpuMs() - beforeMs;
            if (!isRepeated(part.setup)) restore(folder, part.setup);
          } while (left === 1 && loopMs < LOOP_CPU_MS && performance.now() < untilMs);
        } finally {
          await session.close();
        }
      }
    } finally {
      for (const fd of [held.root, ...held.directories]) closeSync(fd);
    }
  } catch {
    return null;
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
  return { lengthNs: Math.round((performance.now() - fromMs) * 1e6), operations, errors };
}

/** CPU time of this thread. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** Name of the code that a phase runs; null if it is not rehearsed. */
function loopOf({ phase, engine, location, dataset, generations }: PhaseSetup): string | null {
  const { mix, limit, access, cache, rate } = phase;
  const isCounted = longestNs(limit) === null && rate === null && generations === null;
  const hasFiles = location.kind === "directory" && dataset.samples === null;
  const operations = mix.map(({ operation }) => operation);
  if (!isCounted || !hasFiles || !operations.every((one) => REHEARSED.has(one))) return null;
  return [engine, cache === "direct", access, limit.kind, ...operations].join(" ");
}

/** The phase on a few small files. */
function smaller(setup: PhaseSetup, root: string): PhaseSetup {
  const { phase, depth, location } = setup;
  const isBlocks = inBlocks(phase);
  const blockBytes = Math.min(phase.blockBytes, MAX_BLOCK_BYTES);
  const fileBytes = Math.min(setup.dataset.sizes[0] ?? 0, MAX_FILE_BYTES);
  const bytes = isBlocks ? blockBytes * BLOCKS_EACH : fileBytes;
  const count = isBlocks ? FILES.blocks : FILES.whole;
  const dataset: DatasetLocation = {
    ...setup.dataset,
    ...{ folder: "data", filesPerDirectory: count / 2, count, totalBytes: count * bytes },
    ...{ tree: undefined, sizes: new Float64Array(count).fill(bytes) },
  };
  const { part: _, arrivals: __, ...alone } = setup;
  return {
    ...alone,
    ...{ dataset, threads: 1, depth: Math.min(depth, MAX_DEPTH) },
    location: location.kind === "directory" ? { ...location, root } : location,
    phase: {
      ...phase,
      ...{
        workers: 1,
        blockBytes,
        blockMix: [],
        limit: shortOf(phase.limit, dataset, isRepeated(setup) ? EPOCHS : 1),
      },
    },
  };
}

/** Whether the files are after a pass as they were before. */
function isRepeated({ phase }: PhaseSetup): boolean {
  return phase.mix.every(({ operation }) => REPEATED.has(operation));
}

/** A limit of the same kind, for a number of passes over the files. */
function shortOf({ kind }: PhaseLimit, files: DatasetLocation, epochs: number): PhaseLimit {
  if (kind === "bytes") return { kind, bytes: files.totalBytes * epochs };
  if (kind === "operations") return { kind, operations: files.count * epochs };
  return { kind: "epochs", epochs };
}

/** Makes the files, and opens their directories as the target does. */
function write(folder: string, dataset: DatasetLocation) {
  const directories = Array.from({ length: directoryCount(dataset) }, (_, index) =>
    join(folder, directoryName(dataset, index * dataset.filesPerDirectory)),
  );
  for (const one of directories) mkdirSync(one, { recursive: true });
  const root = openSync(folder, "r");
  return { root, directories: Int32Array.from(directories, (one) => openSync(one, "r")) };
}

/** Brings the files into the state that the phase begins with; `first`: none exist. */
function restore(folder: string, { phase, dataset }: PhaseSetup, first = false): void {
  const only = phase.mix.length === 1 ? phase.mix[0]?.operation : null;
  if (first && only === "create") return;
  const template = join(folder, "template");
  if (first) writeFileSync(template, "");
  for (let file = 0; file < dataset.count; file++) {
    const path = join(folder, fileName(dataset, file));
    if (only === "create") unlinkSync(path);
    else if (only === "delete") linkSync(template, path);
    else writeFileSync(path, Buffer.alloc(dataset.sizes[file] ?? 0, 1));
  }
}

function recorderOf(series: Task["series"], emit: ConstructorParameters<typeof Recorder>[3]) {
  const fromMs = performance.now();
  const grid = { fromMs, toMs: Number.POSITIVE_INFINITY, intervalMs: INTERVAL_MS };
  return new Recorder(grid, series, false, emit);
}

/** Runs the loop once, to its end; returns its objects. */
async function pass(
  work: Work & Pick<Drive, "recorder" | "stages">,
  { dataset }: PhaseSetup,
  session: Session,
): Promise<unknown> {
  const memory = makeStartLine();
  new Starter(memory).go();
  const startLine = new StartLine(memory);
  // Fields of all objects have the representations that they have in a phase: times are fractions.
  startLine.wait();
  const failures = new Failures(work.slots, dataset);
  const limits = { drainMs: MAX_REHEARSAL_MS + 0.5, quietMs: QUIET_MS + 0.5 };
  const drive: Drive = { ...work, ...limits, failures, pacing: null, startLine };
  const loop = makeLoop(drive);
  if (session.drives === "blocking") driveBlocking(drive, session, loop);
  else await driveEvents(drive, session);
  work.recorder.finish();
  return loop;
}
