import { createHash } from "node:crypto";
import type { Plan } from "../../model/plan/plan.ts";
import type { Threshold } from "../../model/plan/threshold.ts";

/**
 * SHA-256 (hexadecimal) of a plan as canonical JSON: sorted keys, no white space. Title,
 * description, guide statements, target kinds, thresholds, positions and the reason of a size are
 * excluded, because they do not change the workload. Newer fields with neutral values are excluded
 * too, so that older runs of the same workload have the same hash. `hosts`: number of hosts of the
 * run; several hosts do other work than one.
 */
export function planHash(plan: Plan, hosts = 1): string {
  const { title: _title, description: _description, ...work } = plan;
  const { guide: _guide, targets: _targets, autoAmounts: _autoAmounts, ...rest } = work;
  const phases = plan.phases.map(
    ({ rate, warmupAuto, find, thresholds: _thresholds, place: _place, ...phase }) => ({
      ...(find === undefined ? {} : { find: { ...find, slo: find.slo.map(meaningOf) } }),
      ...(rate == null ? {} : { rate }),
      ...(warmupAuto === true ? { warmupAuto } : {}),
      ...phase,
    }),
  );
  return createHash("sha256")
    .update(canonicalJson({ ...rest, phases, ...(hosts > 1 ? { hosts } : {}) }))
    .digest("hex");
}

/** A threshold without its spelling: the objective of a search determines what is measured. */
function meaningOf({
  operation,
  measure,
  criterion,
}: Threshold): Omit<Threshold, "text" | "place"> {
  return { operation, measure, criterion };
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const members = entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`);
  return `{${members.join(",")}}`;
}
