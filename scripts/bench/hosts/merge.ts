/**
 * The merge of a coordinator, without network: `main` packs what a thousand hosts would send,
 * merges it and prints one JSON line. It runs as a separate process, whose memory is measured.
 */
import { LatencyCounts } from "../../../src/metrics/histogram/counts.ts";
import { addPairs, makeHistogram } from "../../../src/metrics/histogram/histogram.ts";
import { NO_PARAMETERS, type PhasePlan, PLAIN_REQUESTS } from "../../../src/model/plan/plan.ts";
import { NOTHING_OPENED, type Series } from "../../../src/model/run/measurement.ts";
import { packCell } from "../../../src/run/hosts/cell.ts";
import type { HostEnd } from "../../../src/run/hosts/host-end.ts";
import { HostsMeasurement } from "../../../src/run/hosts/hosts.ts";
import { mergeHosts } from "../../../src/run/hosts/result.ts";
import type { PhaseInterval } from "../../../src/run/phase/intervals.ts";

/** Outcome of one merge. */
export interface MergeFigures {
  readonly cpuMsPerInterval: number;
  readonly lastToResultMs: number;
  readonly peakBytes: number;
  /** A host's message per interval. */
  readonly wireBytes: number;
  readonly operations: number;
}

const SECOND_NS = 1e9;
const METRICS = [
  ...(["service", "response", "pacing", "firstByte"] as const),
  ...(["connect", "answer", "newConnection", "attempt"] as const),
];
/** Different messages; the hosts alternate between them. */
const SHAPES = 64;
const OPERATIONS = 1000;

const series: readonly Series[] = METRICS.map((metric) => ({ operation: "fetch", metric }));

const phase: PhasePlan = {
  ...{ name: "get", dataset: "data", mix: [{ operation: "fetch", weight: 100 }], access: "random" },
  ...{ accessParameters: NO_PARAMETERS, blockBytes: 4096, blockMix: [], workers: 1 },
  ...{ queueDepth: 16, rate: null, warmupNs: 0, warmupAuto: false, cache: "direct" },
  ...{ engine: "auto", sync: null, dsync: false, polling: "none", partBytes: 8388608 },
  ...{ partConcurrency: 1, retries: 0, verify: false, ...PLAIN_REQUESTS, matrix: {} },
  limit: { kind: "duration", durationNs: 3600 * SECOND_NS },
};

/** Texts of the messages of hosts with log-normal latencies, 827 different ones of 1,000. */
function messages(): readonly string[] {
  let state = 12345;
  const random = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  const counts = new LatencyCounts(1);
  const histograms = series.map(() => makeHistogram("interval"));
  const texts = Array.from({ length: SHAPES }, () => {
    for (const histogram of histograms) {
      for (let at = 0; at < OPERATIONS; at++) counts.record(0, 400e3 * Math.exp(0.5 * normal()));
      const pairs = counts.take(0);
      histogram.reset();
      if (pairs !== null) addPairs(histogram, pairs);
    }
    const interval: PhaseInterval = {
      ...{ index: 0, fromNs: 0, widthNs: SECOND_NS, operations: [OPERATIONS], errors: [0] },
      ...{ bytes: [OPERATIONS * 4096], throttled: [0], opened: NOTHING_OPENED },
      ...{ offered: 0, backlogEnd: 0, histograms },
    };
    return JSON.stringify(packCell(interval));
  });
  for (const histogram of histograms) histogram.destroy();
  return texts;
}

/** Merges intervals of hosts; each message is parsed as it arrives. */
export function mergeFigures(hosts: number, intervals: number): MergeFigures {
  const texts = messages();
  const measurement = new HostsMeasurement({
    phase,
    intervals: { intervalNs: SECOND_NS, perRate: 1 },
    series: Array.from({ length: hosts }, () => series),
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
