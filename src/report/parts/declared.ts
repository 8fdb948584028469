import type { Run } from "../../model/run/run.ts";
import { type Block, loud } from "./document.ts";

/** Facts that were declared after runs, by target: `data: kind ebs-gp3`; null if there are none. */
export function declaredAfterText(
  runs: readonly Pick<Run, "target" | "declaredAfter">[],
): string | null {
  const byTarget = new Map<string, Set<string>>();
  for (const { target, declaredAfter = [] } of runs) {
    const words = byTarget.get(target.name) ?? new Set<string>();
    for (const one of declaredAfter) byTarget.set(target.name, words.add(one));
  }
  if (byTarget.size === 0) return null;
  return [...byTarget].map(([name, words]) => `${name}: ${[...words].join(", ")}`).join("; ");
}

/** The same as a block before all numbers. */
export function declaredAfterBlocks(
  runs: Parameters<typeof declaredAfterText>[0],
): readonly Block[] {
  const declared = declaredAfterText(runs);
  return declared === null ? [] : [loud(`Declared after the run: ${declared}.`)];
}
