import { MODIFIES } from "../../model/plan/operation.ts";
import type { OpenParams } from "../run-calls.ts";

/** Time for another host to take over the data; the hosts have noticed the loss by then. */
const HEIR_MS = 3000;

/** Time in which writes of other hosts to a bucket may still complete: their drain, and a bit. */
const DRAIN_MS = 11_000;

/**
 * Time between the loss of the coordinator and the removal of the data that a host holds. Other
 * hosts may still use it, and one of them takes it over if the coordinator lost only this host.
 */
export function waitAfterLossMs({ role, hosts, target, plan }: OpenParams): number {
  if (role !== "keeper" || hosts === 1) return 0;
  const operations = plan.phases.flatMap(({ mix }) => mix.map(({ operation }) => operation));
  const writes = operations.some((one) => MODIFIES.has(one));
  return writes && target.address.kind === "bucket" ? DRAIN_MS : HEIR_MS;
}
