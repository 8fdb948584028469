import type { Statement } from "./statement.ts";

/** Scenarios of the workloads of a statement. */
export function workloadScenarios({ workloads }: Statement): readonly string[] {
  return [...new Set(workloads.map(({ scenario }) => scenario))];
}

/** Runs that may decide a statement: `run a, b on ebs-gp3; needs: more than 45 minutes of load`. */
export function runAdvice({ kinds, needs }: Statement, scenarios: readonly string[]): string {
  const named = scenarios.length === 0 ? "a workload of this kind" : scenarios.join(", ");
  return `run ${named} on ${kinds.join(", ")}; needs: ${needs.replace(/\.$/, "")}`;
}
