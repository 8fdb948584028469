import { boundOfHosts } from "../../metrics/generator/bound-of-hosts.ts";
import { overall } from "../../metrics/phase-result.ts";
import { fourDigits } from "../../model/claim/figure-words.ts";
import type { AppliedBound } from "../../model/claim/verdict.ts";
import { KIND } from "../../model/target/kind.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { operationBytes } from "../evidence/phase-variables.ts";

/** Share of a limit from which operations queue for the limit, not only for the storage. */
export const AT_LIMIT = 0.9;

/** Unit of a rate. */
export type RateKind = "iops" | "throughput";

/** A limit of the host, and its sustained part. */
export interface MachineLimit {
  readonly bound: AppliedBound;
  /** Sustained rate; equal to the value of the bound if it does not burst. */
  readonly lasting: number;
}

/** Returns the provisioned rate, the maximum for a phase; null if unknown. */
export function provisionedLimit(evidence: Evidence, of: RateKind): AppliedBound | null {
  const { iops, throughputBytesPerSecond: throughput } = evidence.knowledge.provisioned;
  const bytes = operationBytes(evidence);
  const limits: AppliedBound[] = [];
  if (iops !== undefined) {
    const value = of === "iops" ? iops.value : iops.value * bytes;
    const words = `${fourDigits(iops.value)} IOPS are provisioned`;
    limits.push({ by: "storage", value, from: iops.from, words });
  }
  if (throughput !== undefined && bytes > 0) {
    const value = of === "iops" ? throughput.value / bytes : throughput.value;
    const words = `${mb(throughput.value)} are provisioned`;
    limits.push({ by: "storage", value, from: throughput.from, words });
  }
  return smallest(limits);
}

/**
 * Returns the maximum rate of the instance to the storage; null if unknown. Of several hosts that
 * share the storage, the sum.
 */
export function machineLimit(evidence: Evidence, of: RateKind): MachineLimit | null {
  const { instances, ...rest } = evidence;
  if (instances === undefined) return limitOfOne(evidence, of);
  const limits = instances.map((instance) =>
    limitOfOne({ ...rest, knowledge: { ...evidence.knowledge, instance } }, of),
  );
  const [first] = limits;
  if (first == null || limits.includes(null)) return null;
  const sum = (one: (limit: MachineLimit) => number): number =>
    limits.reduce((total, limit) => total + (limit === null ? 0 : one(limit)), 0);
  const value = sum(({ bound }) => bound.value);
  const words = `${first.bound.words}, ${rateText(value, of)} for ${limits.length} hosts`;
  return { bound: { ...first.bound, value, words }, lasting: sum(({ lasting }) => lasting) };
}

function limitOfOne(evidence: Evidence, of: RateKind): MachineLimit | null {
  const way = KIND[evidence.target.kind].instanceLimit;
  if (way === undefined) return null;
  const found = way === "ebs" ? ebsLimits(evidence, of) : networkLimits(evidence, of);
  const [first] = [...found].sort((a, b) => a.bound.value - b.bound.value);
  if (first === undefined) return null;
  return { bound: first.bound, lasting: Math.min(...found.map(({ lasting }) => lasting)) };
}

function ebsLimits(evidence: Evidence, of: RateKind): readonly MachineLimit[] {
  const { instance } = evidence.knowledge;
  const bytes = operationBytes(evidence);
  const named = instance.type === undefined ? "the instance" : instance.type.value;
  const limits: MachineLimit[] = [];
  const iops = instance.ebsMaximumIops ?? instance.ebsBaselineIops;
  if (iops !== undefined) {
    const lasting = instance.ebsBaselineIops?.value ?? iops.value;
    const scale = of === "iops" ? 1 : bytes;
    const most = burst(lasting, iops.value, (value) => `${fourDigits(value)} IOPS`);
    const words = `the EBS limit of ${named} is ${most}`;
    const bound = { by: "instance", value: iops.value * scale, from: iops.from, words } as const;
    limits.push({ bound, lasting: lasting * scale });
  }
  const rate = instance.ebsMaximumBytesPerSecond ?? instance.ebsBaselineBytesPerSecond;
  if (rate !== undefined && bytes > 0) {
    const lasting = instance.ebsBaselineBytesPerSecond?.value ?? rate.value;
    const scale = of === "iops" ? bytes : 1;
    const words = `the EBS limit of ${named} is ${burst(lasting, rate.value, mb)}`;
    const bound = { by: "instance", value: rate.value / scale, from: rate.from, words } as const;
    limits.push({ bound, lasting: lasting / scale });
  }
  return limits;
}

function networkLimits(evidence: Evidence, of: RateKind): readonly MachineLimit[] {
  const { instance } = evidence.knowledge;
  const bytes = operationBytes(evidence);
  const rate = instance.networkMaximumBytesPerSecond ?? instance.networkBaselineBytesPerSecond;
  if (rate === undefined || bytes === 0) return [];
  const scale = of === "iops" ? bytes : 1;
  const lasting = instance.networkBaselineBytesPerSecond?.value ?? rate.value;
  const named = instance.type === undefined ? "the instance" : instance.type.value;
  const words = `the network limit of ${named} is ${burst(lasting, rate.value, mb)}`;
  const bound = { by: "network", value: rate.value / scale, from: rate.from, words } as const;
  return [{ bound, lasting: lasting / scale }];
}

function burst(lasting: number, most: number, show: (value: number) => string): string {
  if (lasting >= most) return show(most);
  return `${show(most)} for at least 30 min per day and ${show(lasting)} otherwise`;
}

/** The measured rate if the load generator limited it; else null. */
function clientLimit(evidence: Evidence, of: RateKind): AppliedBound | null {
  for (const { run, result } of evidence.repetitions) {
    const bound = boundOfHosts(run, result);
    const summary = overall(result);
    if (bound === null || summary === null) continue;
    const value = of === "iops" ? summary.operationsPerSecond : summary.bytesPerSecond;
    return { by: "client", value, from: "measured", words: bound.reason };
  }
  return null;
}

/** Returns the offered load of an open loop, its maximum rate; null in a closed loop. */
export function offeredLimit(evidence: Evidence, of: RateKind): AppliedBound | null {
  const offered = evidence.repetitions[0]?.result.openLoop?.offeredPerSecond;
  if (offered === undefined) return null;
  const value = of === "iops" ? offered : offered * operationBytes(evidence);
  const words = `the offered load was ${fourDigits(offered)} operations per second`;
  return { by: "load", value, from: "measured", words };
}

/** Returns the smallest known limit of a phase; null if none is known. */
export function boundOf(evidence: Evidence, of: RateKind): AppliedBound | null {
  return smallest([
    provisionedLimit(evidence, of),
    machineLimit(evidence, of)?.bound ?? null,
    clientLimit(evidence, of),
    offeredLimit(evidence, of),
  ]);
}

function smallest(bounds: readonly (AppliedBound | null)[]): AppliedBound | null {
  return bounds.reduce(
    (least, one) => (one !== null && (least === null || one.value < least.value) ? one : least),
    null,
  );
}

function mb(bytesPerSecond: number): string {
  return `${Number((bytesPerSecond / 1e6).toPrecision(4))} MB/s`;
}

/** Returns the rate of the fastest repetition. */
export function rateOf({ repetitions }: Evidence, of: RateKind): number {
  const rates = repetitions.map(({ result }) => {
    const summary = overall(result);
    return (of === "iops" ? summary?.operationsPerSecond : summary?.bytesPerSecond) ?? 0;
  });
  return Math.max(0, ...rates);
}

/** Formats a rate with its unit. */
export function rateText(value: number, of: RateKind): string {
  return of === "iops" ? `${fourDigits(value)} IOPS` : `${fourDigits(value / 1e6)} MB/s`;
}
