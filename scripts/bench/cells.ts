/**
 * All measurements with their bounds; those next to fio and of S3 are in `cells/`.
 */
import { DIRECT, DIRECT_STREAM, FIO_CELLS } from "./cells/fio.ts";
import { S3_CELLS } from "./cells/s3.ts";
import type { FilesCell } from "./families/files.ts";
import type { FioCell } from "./families/fio.ts";
import { HOSTS_CELLS, type HostsCell } from "./families/hosts.ts";
import type { MemoryCell } from "./families/memory.ts";
import { NATS_CELLS, type NatsCell } from "./families/nats.ts";
import type { NullCell } from "./families/null.ts";
import type { S3Cell } from "./families/s3.ts";
import { STARTUP_CELLS, type StartupCell } from "./families/startup.ts";
import type { VolumeCell } from "./families/volume.ts";
import { BLOCK, type Load } from "./runner/assay.ts";

export type Cell =
  | FioCell
  | NullCell
  | MemoryCell
  | FilesCell
  | VolumeCell
  | StartupCell
  | HostsCell
  | NatsCell
  | S3Cell;

const KIB = 2 ** 10;
const MIB = 2 ** 20;

function ownCost(queueDepth: number, mostNs: number): NullCell {
  const title = `null engine, depth ${queueDepth}`;
  const load = { ...BLOCK, queueDepth };
  return { kind: "null", name: `null-depth-${queueDepth}`, title, load, mostNs };
}

function peakMemory(engine: MemoryCell["engine"], title: string, queueDepth: number): MemoryCell {
  const load = { ...BLOCK, workers: 2, queueDepth };
  return { kind: "memory", name: `memory-${engine}`, title, engine, load, mostBytes: 300e6 };
}

const SMALL_FILES: FilesCell = {
  kind: "files",
  name: "small-files",
  title: "20,000 files of 4 KiB, warm, 2 workers",
  ...{ count: 20_000, fileBytes: 4 * KIB, filesPerDirectory: 500, workers: 2, queueDepth: 1 },
  ...{ peer: "node", passes: "timed" },
  leastRatios: { create: 1.9, stat: 2.5, fetch: 1.9, delete: 1.9 },
};

/** One counted pass next to elbencho with as many threads as operations in flight. */
function elbencho(passes: "cold" | "warm", queueDepth: number): FilesCell {
  const inFlight = 2 * queueDepth;
  const least = passes === "cold" ? 1 : 1.2;
  const depth = queueDepth === 1 ? "2 workers" : `2 workers × depth ${queueDepth}`;
  return {
    ...{ kind: "files", name: `elbencho-${passes}-${inFlight}`, peer: "elbencho", passes },
    title:
      `40,000 files of 4 KiB in directories of 625, one pass in order, page cache, ${passes} ` +
      `process, ${depth}, elbencho with ${inFlight} threads`,
    ...{ count: 40_000, fileBytes: 4 * KIB, filesPerDirectory: 625, workers: 2, queueDepth },
    leastRatios: { create: least, stat: least, fetch: least, delete: least },
  };
}

const FILES_CELLS: readonly FilesCell[] = [
  SMALL_FILES,
  ...[1, 32].flatMap((depth) => [elbencho("cold", depth), elbencho("warm", depth)]),
];

const VOLUME_RANDOM: Load = { ...DIRECT, queueDepth: 64 };
const VOLUME_STREAM: Load = { ...DIRECT_STREAM, queueDepth: 16 };
const GP3 = { kind: "gp3" } as const;
const IO2 = { kind: "io2", iops: 10_000 } as const;
const GP2 = { kind: "gp2", asSizeBytes: 100 * 2 ** 30, scale: 200 } as const;

function volume(
  name: string,
  title: string,
  emulated: Omit<VolumeCell["volume"], "sizeBytes">,
  load: Load,
  measures: VolumeCell["measures"] = load.access === "random" ? "operations" : "bytes",
): VolumeCell {
  const sized = { sizeBytes: 256 * MIB, ...emulated };
  return { kind: "volume", name: `volume-${name}`, title, volume: sized, load, measures };
}

export const VOLUME_CELLS: readonly VolumeCell[] = [
  volume("gp3-iops", "gp3, 3,000 IOPS", GP3, VOLUME_RANDOM),
  volume("gp3-throughput", "gp3, 125 MiB/s", GP3, VOLUME_STREAM),
  volume("io2", "io2, 10,000 IOPS", IO2, VOLUME_RANDOM),
  volume(
    "io2-odd",
    "io2, 109 IOPS",
    { kind: "io2", iops: 109, bytesPerSecond: 100 * MIB },
    { ...VOLUME_RANDOM, queueDepth: 8 },
  ),
  volume("st1", "st1, 40 MiB/s", { kind: "st1", bytesPerSecond: 40 * MIB }, VOLUME_STREAM),
  volume("mix-70-30", "gp3, 3,000 IOPS, 70 % reads", GP3, { ...VOLUME_RANDOM, readPercent: 70 }),
  volume("mix-throughput", "gp3, 125 MiB/s, half reads", GP3, {
    ...VOLUME_STREAM,
    readPercent: 50,
  }),
  volume(
    "instance",
    "io2, 10,000 IOPS, on an instance of 2,500",
    { ...IO2, instance: { iops: 2500, bytesPerSecond: 78 * MIB } },
    VOLUME_RANDOM,
  ),
  volume("gp2", "gp2, 100 GiB, 1/200 of its credits", GP2, VOLUME_RANDOM, "burst"),
];

/** Everything that can be measured, in the order of the tables. */
export const CELLS: readonly Cell[] = [
  ...FIO_CELLS,
  ownCost(1, 110),
  ownCost(32, 50),
  peakMemory("null", "null engine, 2 workers, depth 32", 32),
  peakMemory("sync", "sync engine, 2 workers, 4 KiB cached", 1),
  ...FILES_CELLS,
  ...VOLUME_CELLS,
  ...STARTUP_CELLS,
  ...HOSTS_CELLS,
  ...NATS_CELLS,
  ...S3_CELLS,
];
