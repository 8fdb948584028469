import { publishedLatency } from "../../src/claim/caveat/published-latency.ts";
import { type Evidence, evidenceOf } from "../../src/claim/evidence/evidence.ts";
import { evaluatedNumber, figureOf } from "../../src/claim/evidence/figure.ts";
import { variablesOf } from "../../src/claim/evidence/phase-variables.ts";
import { type Claim, FIGURE_UNITS } from "../../src/model/claim/claim.ts";
import type { PhasePlan } from "../../src/model/plan/plan.ts";
import type { StorageClass } from "../../src/model/target/storage-class.ts";
import type { Provisioned } from "../../src/model/target/target.ts";
import type { Made, MadeRun } from "../truth/made-storage.ts";
import { changed, files, objects, type SideChange, type SideSpec, sideOf } from "./sides.ts";
import { answered } from "./verdict/made-sides.ts";

const KIB = 2 ** 10;
const GIB = 2 ** 30;
const TIB = 2 ** 40;

const small: SideChange = { provisioned: { sizeBytes: 100 * GIB }, emulated: 100 };
const disk: SideChange = { provisioned: { sizeBytes: 2 * TIB }, emulated: 2000 };

/** What a claim's conditions ask of the target and phase beyond what its side says. */
const CASES: Readonly<Record<string, SideChange>> = {
  "ebs.gp2.iops.baseline": small,
  "ebs.gp2.iops.burst": small,
  "ebs.gp2.burst.duration": small,
  "guide.g36.baseline": small,
  "guide.g36.burst_lasts": small,
  "ebs.st1.tput.base": disk,
  "ebs.st1.tput.burst": disk,
  "ebs.sc1.tput.base": disk,
  "ebs.sc1.tput.burst": disk,
  "guide.g25.baseline": disk,
  "ebs.st1.tput.large": { provisioned: { sizeBytes: 14 * TIB } },
  "guide.g24.beyond_gp3": { provisioned: { iops: 100_000 } },
  "ebs.gp3.iops.provisioned": { phase: { blockBytes: 16 * KIB } },
  "ec2.ebs.burst_window": { ...smallInstance(), emulated: 100 },
  "ec2.ebs.baseline": smallInstance(),
  "lustre.disk.read.fast": { provisioned: { throughputPerTibBytesPerSecond: 500e6 } },
  "lustre.disk.write.fast": { provisioned: { throughputPerTibBytesPerSecond: 500e6 } },
  "guide.g06.visible.efs": { phase: { verify: true } },
  "guide.g06.visible.lustre": { phase: { verify: true } },
  "efs.class.ia": cold({ fileClass: "infrequent-access", untouchedDays: 30 }),
  "efs.class.archive": cold({ fileClass: "archive", untouchedDays: 90 }),
  "efs.burst.base.write": bursting(100 * GIB),
  "efs.burst.base.read": bursting(100 * GIB),
  "efs.burst.peak.write": bursting(TIB / 2),
  "efs.burst.peak.read": bursting(TIB / 2),
  "lustre.hdd.latency": { provisioned: { medium: "hdd", throughputPerTibBytesPerSecond: 12e6 } },
  "lustre.int.latency.miss": cold({ medium: "intelligent-tiering" }),
  "lustre.md.create": { provisioned: { metadataIops: 1500 } },
  "lustre.md.delete": { provisioned: { metadataIops: 1500 } },
  "s3.consistency": { phase: { verify: true } },
  "s3.glacier.ir": { phase: objects({ storageClass: "GLACIER_IR" }) },
  "s3.glacier.flex.exp": restored("GLACIER", "Expedited"),
  "s3.glacier.flex.std": restored("GLACIER", "Standard"),
  "s3.glacier.flex.bulk": restored("GLACIER", "Bulk"),
  "s3.glacier.deep.std": restored("DEEP_ARCHIVE", "Standard"),
  "s3.glacier.deep.bulk": restored("DEEP_ARCHIVE", "Bulk"),
};

/** An instance that lets more through for a while than for ever. */
function smallInstance(): SideChange {
  const bytes = { ebsBaselineBytesPerSecond: 81.25e6, ebsMaximumBytesPerSecond: 593.75e6 };
  return { instance: { type: "m6a.large", ebsBaselineIops: 1e6, ...bytes } };
}

/** Data that was there before the run and is accessed for the first time. */
function cold(provisioned: Provisioned): SideChange {
  return { reused: true, dataset: files(16 * KIB, 4), provisioned };
}

function bursting(storedBytes: number): SideChange {
  return { provisioned: { throughputMode: "bursting", storedBytes } };
}

function restored(
  storageClass: StorageClass,
  tier: NonNullable<PhasePlan["restore"]>["tier"],
): SideChange {
  const restore = { tier, days: 1, pollNs: 60e9, deadlineNs: 1e15 };
  return { phase: { ...objects({ storageClass }), restore } };
}

/** Both outcomes that made storage must bring about. */
export type Direction = "agrees" | "contradicts";

/** Runs of storage that agrees with a claim about one phase, or contradicts it. */
export function singleRun(claim: Claim, direction: Direction): MadeRun {
  const side = deepEnough(claim, changed(sideOf(claim, claim.side), CASES[claim.id] ?? {}));
  const made = answered(claim, "of", side, answerOf(claim, side, direction));
  return claim.measure.kind === "share-of-seconds" ? lasting(claim, side, made, direction) : made;
}

/**
 * Runs of several clients: so many, and twice as many that reach no more. A figure of several
 * clients is refuted only where more of them do not help.
 */
export function clientRuns(claim: Claim, direction: Direction): readonly MadeRun[] {
  const side = deepEnough(claim, changed(sideOf(claim, claim.side), CASES[claim.id] ?? {}));
  return [2, 4].map((clients) => {
    const some = changed(side, { clients });
    const made = answered(claim, "of", some, answerOf(claim, side, direction));
    return { ...made, run: { ...made.run, id: `of-${clients}-clients` } };
  });
}

/** Hours of a rate that is fast enough in every second, or slow in 20 of 100. */
function lasting(claim: Claim, side: SideSpec, made: MadeRun, direction: Direction): MadeRun {
  const seconds = direction === "agrees" ? 200_000 : 5000;
  const slow = direction === "agrees" ? 0 : 20;
  const bytes = side.phase.blockBytes ?? 1;
  const fast = (1.05 * levelOf(claim, side)) / (isBytes(claim) ? bytes : 1);
  const operations = Float64Array.from({ length: seconds }, (_, at) =>
    at % 100 < slow ? fast / 2 : fast,
  );
  const line = {
    widthsNs: operations.map(() => 1e9),
    operations,
    bytes: operations.map((count) => count * bytes),
    latencies: {},
  };
  const phases = made.run.phases.map((result) => ({ ...result, elapsedNs: seconds * 1e9 }));
  return { run: { ...made.run, phases }, lines: new Map([["of#1", line]]) };
}

/** As many in flight as the figure takes. */
function deepEnough(claim: Claim, side: SideSpec): SideSpec {
  const { inFlight = 1, inFlightPerThousandIops: perThousand = 0 } = claim.needs;
  const iops = perThousand === 0 ? 0 : levelOf(claim, side);
  const advised = Math.max(inFlight, Math.ceil((perThousand * iops) / 1000));
  const needed = Math.max(advised, Math.ceil(publishedDepth(claim, side)));
  const { workers = 1, queueDepth = 1 } = side.phase;
  if (workers * queueDepth >= needed) return side;
  return changed(side, { phase: { workers: 4, queueDepth: Math.ceil(needed / 4) } });
}

/** What the figure of a rate takes at the longest published latency. */
function publishedDepth(claim: Claim, side: SideSpec): number {
  const published = publishedLatency(claim, probed(side, claim));
  if (published === null) return 0;
  const of = claim.measure.kind === "throughput" || isBytes(claim) ? "throughput" : "iops";
  const each = of === "iops" ? 1 : (side.phase.blockBytes ?? 1);
  return (levelOf(claim, side) / each) * (published.latencyNs / 1e9);
}

function isBytes({ measure }: Claim): boolean {
  return "of" in measure && measure.of === "throughput";
}

/** A short phase of a side, for the variables that a figure depends on. */
function probed(side: SideSpec, claim: Claim): Evidence {
  const probe = answered(claim, "of", { ...side, seconds: 2 }, { rate: 100, repetitions: 1 });
  const [evidence] = evidenceOf([probe.run]);
  if (evidence === undefined) throw new Error("nothing was made");
  return evidence;
}

/** The figure of a claim in base units; of a share of seconds what each second is compared with. */
function levelOf(claim: Claim, side: SideSpec): number {
  const values = variablesOf(probed(side, claim));
  const { measure } = claim;
  if (measure.kind === "share-of-seconds") {
    return (evaluatedNumber(measure.least, values) ?? 0) * FIGURE_UNITS[measure.unit];
  }
  const found = figureOf(claim, values);
  if ("missing" in found) throw new Error(`${claim.id}: ${found.missing.join()} unknown`);
  return found.figure.value ?? Math.sqrt((found.figure.low ?? 1) * (found.figure.high ?? 1));
}

/** Times the figure. */
function ratioOf({ relation }: Claim, direction: Direction): number {
  if (relation === "<" || relation === "<=") return direction === "agrees" ? 0.5 : 3;
  if (relation === ">" || relation === ">=") return direction === "agrees" ? 2 : 0.4;
  // Below all that a tolerance, or both ends of a range, allow.
  return direction === "agrees" ? 1 : relation === "within" ? 0.05 : 0.5;
}

function answerOf(
  claim: Claim,
  side: SideSpec,
  direction: Direction,
): Partial<Made> & Pick<Made, "rate"> {
  const bytes = side.phase.blockBytes ?? 1;
  const level = levelOf(claim, side);
  const value = level * ratioOf(claim, direction);
  const { measure } = claim;
  switch (measure.kind) {
    case "iops":
      return { rate: value };
    case "throughput":
      return { rate: value / bytes };
    case "time":
      return { rate: side.offered === 0 ? 50 : side.offered, medianNs: value, spread: 0.02 };
    case "share-slower":
      return { rate: 1000, medianNs: measure.thanNs / 10, slowShare: value };
    case "burst": {
      const rate = measure.of === "iops" ? value : value / bytes;
      const [during, after] = measure.part === "during" ? [rate, rate / 8] : [8 * rate, rate];
      return { rate: (second) => (second < 20 ? during : after) };
    }
    case "burst-duration":
      return { rate: (second) => (second < value / 1e9 ? 3000 : 300) };
    case "share-of-seconds":
      return { rate: 1000, repetitions: 1 };
    case "errors": {
      const code = measure.codes[0] ?? "EIO";
      const failed = { operation: "fetch", code, count: 7, first: "it failed" } as const;
      return { rate: 100, more: { errors: direction === "agrees" ? [] : [failed] } };
    }
  }
}
