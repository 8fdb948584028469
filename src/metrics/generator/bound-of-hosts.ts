import type { ClientBound } from "../../model/run/harness.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { hostEvidence, hostsWords } from "../host-evidence.ts";

/**
 * Reason why the rate of a phase is client-bound; null if nothing indicates it. Each host is
 * compared with its own CPUs and client limits: `3 of 8 hosts were client-bound (b, c, f)`.
 */
export function boundOfHosts(
  { hosts = [] }: Pick<Run, "hosts">,
  result: PhaseResult,
): ClientBound | null {
  const all = hostEvidence(result, hosts);
  const bound = all.flatMap(({ name, harness }) => {
    const own = harness?.bound ?? null;
    return own === null ? [] : [{ name: name ?? "", own }];
  });
  const [first] = bound;
  if (first === undefined) return null;
  if (all.length === 1) return first.own;
  const { by, reason, advice } = first.own;
  const { count, names } = hostsWords(
    bound.map(({ name }) => name),
    all.length,
  );
  return { by, reason: `${count} were client-bound (${names}): ${first.name}: ${reason}`, advice };
}
