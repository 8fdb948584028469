import type { ClaimMeasure, Needs, Side } from "../../model/claim/claim.ts";
import { KIND, type TargetKind } from "../../model/target/kind.ts";
import type { KindTraits } from "../../model/target/kind-rows.ts";
import type { ClaimText, SideText } from "./claim-schema.ts";

/** Shortest time that says anything of a rate, of a time, and of shares of seconds. */
const RATE_NS = 10e9;
const TIME_NS = 1e9;
const SECONDS_NS = 60e9;

/** The measure as the rest of the program knows it; what it leaves out is checked before. */
export function measureOf(text: ClaimText["measure"]): ClaimMeasure {
  if (typeof text === "string") return { kind: text };
  const { kind, of, statistic, part, least, unit, than, codes } = text;
  const amount = of === "throughput" ? "throughput" : "iops";
  switch (kind) {
    case "iops":
    case "throughput":
    case "burst-duration":
      return { kind };
    case "time": {
      const distribution = of === "iops" || of === "throughput" ? undefined : of;
      return { kind, of: distribution ?? "latency", statistic: statistic ?? "p50" };
    }
    case "burst":
      return { kind, of: amount, part: part ?? "during" };
    case "share-of-seconds":
      return { kind, of: amount, least: least ?? "0", unit: unit ?? "IOPS" };
    case "share-slower":
      return { kind, thanNs: than ?? 0 };
    case "errors":
      return { kind, codes: codes ?? [] };
  }
}

/** One side as the rest of the program knows it. */
export function sideOf(text: SideText): Side {
  const { kinds, blockSize, where, operations, access, pacing, inFlight, touch } = text;
  const { including } = text;
  return {
    kinds,
    workload: {
      operations,
      ...(including === undefined ? {} : { including }),
      ...(access === undefined ? {} : { access }),
      ...(blockSize === undefined ? {} : { blockBytes: bounds(blockSize) }),
      ...(pacing === undefined ? {} : { pacing }),
      ...(inFlight === undefined ? {} : { inFlight: bounds(inFlight) }),
      ...(touch === undefined ? {} : { touch }),
      ...(where === undefined ? {} : { where }),
    },
  };
}

function bounds(range: {
  readonly least?: number | undefined;
  readonly most?: number | undefined;
}) {
  return {
    ...(range.least === undefined ? {} : { least: range.least }),
    ...(range.most === undefined ? {} : { most: range.most }),
  };
}

/**
 * What must hold before a claim is judged, where it does not say: AWS's own advice on queue depth
 * (one operation in flight for each 1,000 IOPS of an SSD volume, four of 1 MiB for a hard disk;
 * "Amazon EBS I/O characteristics and monitoring", "Benchmark Amazon EBS volumes"), the limit of
 * the machine that a rate can run into, and blocks that were touched before on volumes, which may
 * have been made from a snapshot.
 */
export function needsOf(
  text: ClaimText,
  measure: ClaimMeasure,
  kinds: readonly TargetKind[],
): Needs {
  const said = text.needs ?? {};
  const traits = kinds.map((kind) => KIND[kind]);
  const ssd = traits.some(({ volume }) => volume?.medium === "ssd");
  const hdd = traits.some(({ volume }) => volume?.medium === "hdd");
  const what = "of" in measure && measure.kind !== "time" ? measure.of : measure.kind;
  const rate = what === "iops" || what === "throughput" || what === "burst-duration";
  const perThousand = said.inFlightPerThousandIops ?? (what === "iops" && ssd ? 1 : undefined);
  const inFlight = said.inFlight ?? (what === "throughput" && hdd ? 4 : undefined);
  const first = text.of.touch === "first";
  return {
    durationNs: said.duration ?? shortestNs(measure, rate),
    ...(perThousand === undefined ? {} : { inFlightPerThousandIops: perThousand }),
    ...(inFlight === undefined ? {} : { inFlight }),
    uncached: said.uncached ?? true,
    initialised: said.initialised ?? (!first && (ssd || hdd)),
    sameZone: said.sameZone ?? traits.some(({ isZonal }) => isZonal),
    instance: instanceOf(said.instance, rate, traits),
    burst: said.burst ?? burstOf(measure),
    known: said.known ?? [],
    clients: said.clients ?? "one",
  };
}

function shortestNs(measure: ClaimMeasure, rate: boolean): number {
  if (measure.kind === "share-of-seconds") return SECONDS_NS;
  return rate ? RATE_NS : TIME_NS;
}

function instanceOf(
  said: "ebs" | "network" | "none" | undefined,
  rate: boolean,
  kinds: readonly KindTraits[],
): Needs["instance"] {
  if (said !== undefined) return said === "none" ? null : said;
  if (!rate) return null;
  const limits = kinds.map(({ instanceLimit }) => instanceLimit);
  return limits.find((one) => one === "ebs") ?? limits.find((one) => one !== undefined) ?? null;
}

function burstOf(measure: ClaimMeasure): Needs["burst"] {
  if (measure.kind === "burst") return measure.part === "after" ? "ended" : "lasting";
  return measure.kind === "burst-duration" ? "ended" : "any";
}
