import type { PhaseResult } from "../../model/run/run.ts";
import { hostEvidence } from "../host-evidence.ts";

/**
 * Share of its time that each worker used a CPU; of several hosts, the share of the CPUs of
 * each host that it used. Empty if nothing was observed.
 */
export function busyShares(result: PhaseResult): readonly number[] {
  if (result.hosts === undefined) {
    return (result.harness?.workers ?? []).map(({ cpuUserNs, cpuSystemNs, watchedNs }) =>
      watchedNs > 0 ? (cpuUserNs + cpuSystemNs) / watchedNs : 0,
    );
  }
  return hostEvidence(result).flatMap(({ cpu, harness, elapsedNs }) =>
    harness === undefined || elapsedNs <= 0
      ? []
      : [(cpu.processUserNs + cpu.processSystemNs) / (elapsedNs * harness.cores)],
  );
}
