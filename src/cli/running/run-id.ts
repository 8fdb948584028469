import { randomBytes } from "node:crypto";
import type { Plan } from "../../model/plan/plan.ts";
import type { TargetSpec } from "../../model/target/target.ts";

/** `20261123-084700-random-read-gp3-1f3a`: sorts by time, says what it was, and is unique. */
export function makeRunId(plan: Plan, target: TargetSpec, now: Date): string {
  const time = now.toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const name = (text: string): string =>
    text
      .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
      .replaceAll(/^[-.]+|[-.]+$/g, "")
      .slice(0, 40);
  return [time, name(plan.name), name(target.name), randomBytes(2).toString("hex")]
    .filter((part) => part !== "")
    .join("-");
}
