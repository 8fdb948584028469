import type { ClientLimits } from "../../model/run/harness.ts";
import { STEAL_SHARE } from "./generator.ts";

/** A reading is part of every latency; engines on memory take a few hundred nanoseconds more. */
const SLOW_CLOCK_NS = 200;

/** Waits that end this late make a schedule in milliseconds one in name only. */
const LATE_TIMER_NS = 1e6;

/** What others took while the floors were measured is missing from them. */
const OTHERS_SHARE = 0.1;

/**
 * From here on floors are none: programs that share caches and cores make an operation up to twice
 * as dear, and a run on the idle machine would be called client-bound at half of what it can do.
 */
const SPOILING_SHARE = 0.25;

/** Whether floors are not to be kept, for they are not the machine's own. */
export function isDisturbed({ othersShare }: ClientLimits, stoodStillNs: number): boolean {
  return stoodStillNs > 0 || (othersShare !== null && othersShare >= SPOILING_SHARE);
}

/**
 * What speaks against a machine as a load generator, one sentence each with what would help; none
 * where it is fit. `stoodStillNs`: how long the selftest itself did.
 */
export function generatorCaveats(floors: ClientLimits, stoodStillNs: number): readonly string[] {
  const { clock, timer, cores, stealShare, othersShare, governor } = floors;
  const doubts: string[] = [];
  if (stoodStillNs > 0) {
    doubts.push(
      `It stood still for ${milliseconds(stoodStillNs)} while it was measured: these floors are ` +
        "not kept; run the selftest again when the machine is idle.",
    );
  }
  if (othersShare !== null && othersShare >= OTHERS_SHARE) {
    const spoilt = othersShare >= SPOILING_SHARE ? ", and these are not kept" : "";
    doubts.push(
      `Other programs used ${percent(othersShare)} of its processors meanwhile: floors are ` +
        `higher on an idle machine${spoilt}.`,
    );
  }
  if (stealShare !== null && stealShare >= STEAL_SHARE) {
    doubts.push(
      `Its hypervisor gave ${percent(stealShare)} of its processor time to others: latencies ` +
        "from p99 on may be the machine's own.",
    );
  }
  if (cores < 2) {
    doubts.push("It has less than two cores: workers wait for the main thread, and it for them.");
  }
  if (clock.readingNs > SLOW_CLOCK_NS) {
    doubts.push(
      `Reading its clock takes ${Math.round(clock.readingNs)} ns (clock source ` +
        `${clock.source ?? "unknown"}): choose tsc or kvm-clock where there is one.`,
    );
  }
  if (timer.lateP99Ns > LATE_TIMER_NS) {
    doubts.push(
      `One wait of 1 ms in a hundred ends ${milliseconds(timer.lateP99Ns)} late: paced load is ` +
        "uneven.",
    );
  }
  if (governor !== null && governor !== "performance") {
    doubts.push(
      `Its processors run at speeds chosen by the governor ${governor}: choose performance, or ` +
        "the first seconds of a phase are slower.",
    );
  }
  return doubts;
}

function percent(share: number): string {
  const value = share * 100;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

function milliseconds(ns: number): string {
  return ns < 10e6 ? `${(ns / 1e6).toFixed(1)} ms` : `${Math.round(ns / 1e6)} ms`;
}
