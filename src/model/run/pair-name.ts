/** Names a scenario on a target, as in messages and reports: `random-read on gp3`. */
export function onTarget(scenario: string, target: string): string {
  return `${scenario} on ${target}`;
}

/** Names a run by its scenario and its target: `random-read on gp3`. */
export function pairName({
  plan,
  target,
}: {
  readonly plan: { readonly name: string };
  readonly target: { readonly name: string };
}): string {
  return onTarget(plan.name, target.name);
}
