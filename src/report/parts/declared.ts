import type { Run } from "../../model/run/run.ts";
import { type Block, loud, sentenceText } from "./document.ts";

/**
 * Facts that were declared after runs, by target: `data: kind ebs-gp3`, and what is missing for
 * them to have an effect; null if there are none.
 */
export function declaredAfterText(
  runs: readonly Pick<Run, "target" | "declaredAfter" | "storage">[],
): string | null {
  const byTarget = new Map<string, Set<string>>();
  for (const { target, declaredAfter = [] } of runs) {
    const words = byTarget.get(target.name) ?? new Set<string>();
    for (const one of declaredAfter) byTarget.set(target.name, words.add(one));
  }
  if (byTarget.size === 0) return null;
  const facts = [...byTarget].map(([name, words]) => `${name}: ${[...words].join(", ")}`);
  const declared = runs.filter(({ declaredAfter = [] }) => declaredAfter.length > 0);
  return [facts.join("; "), ...new Set(declared.flatMap(missingFor))].join(". ");
}

/** Sentences, without the full stop, on declared facts without an effect. */
function missingFor({ target, storage }: Pick<Run, "target" | "storage">): readonly string[] {
  const { type, ...limits } = storage?.instance ?? {};
  const isUnknown = type?.from === "declared-after" && !Object.keys(limits).some(isLimit);
  const hasNoKind = target.kind === "directory" || target.kind === "block-device";
  return [
    ...(hasNoKind
      ? [
          `The storage type of ${target.name} is undeclared, so no claim about AWS storage uses ` +
            "these facts: add `--kind`, e.g. `--kind ebs-gp3`",
        ]
      : []),
    ...(isUnknown
      ? [
          `assay does not know instance type ${type.value}: verdicts that need its EBS or ` +
            "network limits stay inconclusive. Check the name, or declare the limits in a " +
            "targets file (`--targets`)",
        ]
      : []),
  ];
}

function isLimit(name: string): boolean {
  return name.startsWith("ebs") || name.startsWith("network");
}

/** The same as a block before all numbers. */
export function declaredAfterBlocks(
  runs: Parameters<typeof declaredAfterText>[0],
): readonly Block[] {
  const declared = declaredAfterText(runs);
  return declared === null ? [] : [loud(...sentenceText(`Declared after the run: ${declared}.`))];
}
