import { PreflightError } from "../../model/fault/errors.ts";
import type { PhasePlan, Plan } from "../../model/plan/plan.ts";

/**
 * Throws PreflightError if hosts that share a dataset would verify blocks that are written: only
 * the host that wrote a block knows which of its writes is the latest, so that others would report
 * damage that does not exist. One host alone may do both.
 */
export function refuseVerifiedWrites({ phases }: Plan, hosts: number): void {
  const isOfSeveral = (phase: PhasePlan) => (phase.hosts ?? hosts) > 1;
  for (const checking of phases.filter(({ verify }) => verify)) {
    const writing = phases.find(
      ({ dataset, mix }) =>
        dataset === checking.dataset && mix.some(({ operation }) => operation === "write"),
    );
    if (writing === undefined || ![checking, writing].some(isOfSeveral)) continue;
    throw new PreflightError(
      `${checking.name}: several hosts cannot verify blocks that ${writing.name} writes, because ` +
        "no host knows the writes of the others; remove `verify`, or set `hosts: 1` in both",
    );
  }
}
