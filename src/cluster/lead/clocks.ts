import type { ClockEstimate } from "../clock.ts";
import type { CrewHost } from "./crew.ts";

/** Time that a host has to respond to clock requests while the others wait. */
const WITHIN_MS = 2000;

/** The estimate of a host's clock that a phase starts by. */
export interface StartClock {
  readonly estimate: ClockEstimate;
  /** Whether the host did not respond before the start, so that the estimate may be old. */
  readonly isStale: boolean;
}

/**
 * Estimates the clocks of hosts again, as many concurrently as their sessions allow. Returns the
 * hosts that did not respond; they keep their estimates.
 */
export async function measureClocks(hosts: readonly CrewHost[]): Promise<readonly CrewHost[]> {
  const outcomes = await Promise.allSettled(
    hosts.map(({ session }) => session.clock.measure(WITHIN_MS)),
  );
  return hosts.filter((_, at) => outcomes[at]?.status === "rejected");
}

/** Estimates the clocks of hosts that are about to start; by place. */
export async function startClocks(hosts: readonly CrewHost[]): Promise<readonly StartClock[]> {
  const stale = await measureClocks(hosts);
  return hosts.map((host) => ({
    estimate: host.session.clock.estimate,
    isStale: stale.includes(host),
  }));
}
