import { PreflightError } from "../../model/fault/errors.ts";
import { type ClockEstimate, fewTrips, startTrips, type Trips } from "../clock.ts";
import type { CrewHost } from "./crew.ts";

/** Time that a host has to respond to clock requests while the others wait. */
const WITHIN_MS = 2000;

/** The estimate of a host's clock that a phase starts by. */
export interface StartClock {
  readonly estimate: ClockEstimate;
  /** Whether the host did not respond before the start, so that the estimate may be old. */
  readonly isStale: boolean;
}

/** Number of hosts above which a recent estimate is not repeated. */
const MANY_HOSTS = 64;
/** Age of a recent estimate. A phase starts 1 s to 2 s after it, in which no clock gains 1 ms. */
const RECENT_NS = 10e9;

/**
 * Estimates the clocks of hosts after a phase, for their drift. Many hosts have fewer round trips
 * than before its start, and none after a phase of a few seconds.
 */
export async function measureDrift(
  hosts: readonly CrewHost[],
  nowNs = process.hrtime.bigint(),
): Promise<void> {
  const isOld = ({ session }: CrewHost) => Number(nowNs - session.clock.estimate.atNs) > RECENT_NS;
  await measureClocks(
    hosts.length > MANY_HOSTS ? hosts.filter(isOld) : hosts,
    fewTrips(hosts.length),
  );
}

/**
 * Estimates the clocks of hosts again, as many concurrently as their sessions allow. Returns the
 * hosts that did not respond; they keep their estimates.
 */
async function measureClocks(
  hosts: readonly CrewHost[],
  trips: Trips,
): Promise<readonly CrewHost[]> {
  const outcomes = await Promise.allSettled(
    hosts.map(({ session }) => session.clock.measure(WITHIN_MS, trips)),
  );
  return hosts.filter((_, at) => outcomes[at]?.status === "rejected");
}

/** The end of a host. */
interface Ended {
  readonly host: Pick<CrewHost, "name">;
  readonly reason: string | null;
}

/**
 * Estimates the clocks of hosts that are about to start: earlier estimates may be from before an
 * hour of preparation. Returns them by place. Rejects if a host ends before.
 */
export async function startClocks(
  hosts: readonly CrewHost[],
  ends: readonly Promise<Ended>[],
): Promise<readonly StartClock[]> {
  const end = Promise.race(ends).then(({ host, reason }) => {
    throw new PreflightError(`${host.name}: ${reason ?? "ended before the start"}`);
  });
  // Hosts end later, too.
  end.catch(() => {});
  const stale = await Promise.race([measureClocks(hosts, startTrips(hosts.length)), end]);
  return hosts.map((host) => ({
    estimate: host.session.clock.estimate,
    isStale: stale.includes(host),
  }));
}
