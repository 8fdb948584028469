import type { ClientLimits } from "../../model/run/harness.ts";
import { percent, STEAL_SHARE } from "./generator.ts";

/** Maximum time to read the clock without a caveat: a read is part of every latency. */
const SLOW_CLOCK_NS = 200;

/** Maximum delay of a timer without a caveat: with more, a schedule in milliseconds is wrong. */
const LATE_TIMER_NS = 1e6;

/** Share of the CPU time used by others from which client limits are too low. */
const OTHERS_SHARE = 0.1;

/**
 * Share of the CPU time used by others from which client limits are invalid. Programs that share
 * caches and cores double the time of an operation; a run on the idle host would then be called
 * client-bound at half of its client limit.
 */
const SPOILING_SHARE = 0.25;

/** Whether client limits are invalid because the host was not idle. */
export function isDisturbed({ othersShare }: ClientLimits, stoppedNs: number): boolean {
  return stoppedNs > 0 || (othersShare !== null && othersShare >= SPOILING_SHARE);
}

/**
 * Caveats on a host as a load generator, each with its effect and remedy; empty without any.
 * `stoppedNs`: time in which the selftest was not scheduled, nanoseconds.
 */
export function generatorCaveats(limits: ClientLimits, stoppedNs: number): readonly string[] {
  const { clock, timer, cores, stealShare, othersShare, governor } = limits;
  const caveats: string[] = [];
  if (stoppedNs > 0) {
    caveats.push(
      `The selftest was not scheduled for ${milliseconds(stoppedNs)}: these client limits are ` +
        "invalid and not stored. Run the selftest again when the host is idle.",
    );
  }
  if (othersShare !== null && othersShare >= OTHERS_SHARE) {
    const invalid = othersShare >= SPOILING_SHARE ? " These client limits are not stored." : "";
    caveats.push(
      `Other programs used ${percent(othersShare)} of the CPU time during the selftest: client ` +
        `limits are higher on an idle host.${invalid} Stop other programs and run it again.`,
    );
  }
  if (stealShare !== null && stealShare >= STEAL_SHARE) {
    caveats.push(
      `The hypervisor gave ${percent(stealShare)} of the CPU time to other VMs. Latencies from ` +
        "p99 upward are unreliable. Use a host that does not share its CPUs.",
    );
  }
  if (cores < 2) {
    caveats.push(
      "The host has fewer than two cores: workers and the main thread wait for each other. Use a " +
        "host with more cores.",
    );
  }
  if (clock.readingNs > SLOW_CLOCK_NS) {
    caveats.push(
      `Reading the clock takes ${Math.round(clock.readingNs)} ns (clock source ` +
        `${clock.source ?? "unknown"}), which is part of every latency. Select tsc or kvm-clock ` +
        "if the host has it.",
    );
  }
  if (timer.lateP99Ns > LATE_TIMER_NS) {
    caveats.push(
      `1% of timers of 1 ms end ${milliseconds(timer.lateP99Ns)} late or more, so an open loop ` +
        "issues operations late. Stop other programs.",
    );
  }
  if (governor !== null && governor !== "performance") {
    caveats.push(
      `The CPU frequency governor is ${governor}: the first seconds of a phase are slower. ` +
        "Select the governor performance.",
    );
  }
  return caveats;
}

function milliseconds(ns: number): string {
  return ns < 10e6 ? `${(ns / 1e6).toFixed(1)} ms` : `${Math.round(ns / 1e6)} ms`;
}
