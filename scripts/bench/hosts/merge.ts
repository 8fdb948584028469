/**
 * The merge of a coordinator, without network: `main` packs what a thousand hosts would send,
 * merges it and prints one JSON line. It runs as a separate process, whose memory is measured.
 */
import type { HostEnd } from "../../../src/run/hosts/host-end.ts";
import { HostsMeasurement } from "../../../src/run/hosts/hosts.ts";
import { mergeHosts } from "../../../src/run/hosts/result.ts";
import { INTERVALS, packedIntervals, phaseOf, SERIES } from "./intervals.ts";

/** Outcome of one merge. */
export interface MergeFigures {
  readonly cpuMsPerInterval: number;
  readonly lastToResultMs: number;
  readonly peakBytes: number;
  /** A host's message per interval. */
  readonly wireBytes: number;
  readonly operations: number;
}

/** Different messages; the hosts alternate between them. */
const SHAPES = 64;

/** Merges intervals of hosts; each message is parsed as it arrives. */
export function mergeFigures(hosts: number, intervals: number): MergeFigures {
  const texts = packedIntervals(SHAPES).map((cell) => JSON.stringify(cell));
  const phase = phaseOf(3600);
  const measurement = new HostsMeasurement({
    ...{ phase, intervals: INTERVALS },
    series: Array.from({ length: hosts }, () => SERIES),
  });
  const before = process.cpuUsage();
  let lastMs = 0;
  for (let index = 0; index < intervals; index++) {
    const opening = `{"index":${index},`;
    for (let place = 0; place < hosts; place++) {
      lastMs = performance.now();
      const text = texts[(place + index) % SHAPES] ?? "";
      measurement.add(place, JSON.parse(text.replace(/^\{"index":0,/, opening)));
    }
  }
  const { user, system } = process.cpuUsage(before);
  for (let place = 0; place < hosts; place++) measurement.finish(place);
  const result = mergeHosts(measurement, ends(hosts), {
    planned: {
      ...{ phase, repetition: 1, startedAt: "2026-01-01T00:00:00.000Z", engine: "s3-wire" },
      ...{ threads: 1, queueDepthPerThread: 16, datasetBytes: 2 ** 30 },
    },
    ...{ scope: "shared", rotation: 0, interrupted: null, endedEarly: false },
  });
  const lastToResultMs = performance.now() - lastMs;
  measurement.close();
  return {
    cpuMsPerInterval: (user + system) / 1000 / intervals,
    lastToResultMs,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    wireBytes: texts.reduce((sum, text) => sum + text.length, 0) / SHAPES,
    operations: result.summaries[0]?.operations ?? 0,
  };
}

/** Hosts at their end; none had a result, which are not part of the merge. */
function ends(hosts: number): readonly HostEnd[] {
  return Array.from({ length: hosts }, (_, place) => ({
    record: { rank: place, name: `host-${place}`, machine: place.toString(16).padStart(16, "0") },
    ...{ place, result: null, lost: null, firstIssueNs: 0, clockBoundNs: 1e5, clockDriftNs: 0 },
  }));
}

const [hosts, intervals] = process.argv.slice(2).map(Number);
if (hosts !== undefined && intervals !== undefined) {
  process.stdout.write(`${JSON.stringify(mergeFigures(hosts, intervals))}\n`);
}
