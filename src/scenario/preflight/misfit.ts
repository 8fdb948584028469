import type { Plan } from "../../model/plan/plan.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { oneOf } from "../../yaml/nearest.ts";
import { type Host, unsupported } from "./preflight.ts";

/**
 * Why a run of many scenarios leaves one out on a target, one line; null where it suits. Unlike
 * `preflight`, it also looks at which kinds of target the scenario is meant for.
 */
export function misfit(plan: Plan, target: TargetSpec, host: Host): string | null {
  const { targets } = plan;
  if (targets !== undefined && !targets.includes(target.kind)) {
    return `it is meant for ${oneOf(targets)}, and this is \`${target.kind}\``;
  }
  const [first, ...others] = unsupported(plan, target, host);
  if (first === undefined) return null;
  const more = others.length === 0 ? "" : ` (and ${others.length} more of its phases)`;
  return `${first.phase}: ${first.reason}${more}`;
}
