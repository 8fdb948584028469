import type { ComparedRun } from "../../metrics/compare/columns.ts";
import type { Comparison } from "../../metrics/compare/compare.ts";
import { type LeftOut, shortList } from "../../metrics/compare/selection.ts";
import { code, type Inline } from "../parts/document.ts";
import { STATE_WORDS, sentence } from "../parts/format.ts";

/** Warnings that come before any number: different plans and incomplete runs. */
export function leadSentences(comparison: Comparison): readonly (readonly Inline[])[] {
  const { scenarios, across } = comparison;
  const plans = scenarios.flatMap(
    ({ scenario, differentPlans }): readonly (readonly Inline[])[] => {
      if (across || differentPlans === null) return [];
      const differ = ` have different plans and did different work: ${differentPlans}.`;
      return [["The runs of ", code(scenario), differ]];
    },
  );
  const incomplete = scenarios.flatMap(({ runs }) =>
    runs.flatMap((column) =>
      column.runs.flatMap(({ state, reason }): readonly (readonly Inline[])[] => {
        if (state === "complete") return [];
        const why = reason === null ? "." : `: ${sentence(reason)}`;
        const words = ` on ${column.label} ${STATE_WORDS[state]}${why}`;
        return [["The run of ", code(column.scenario), words]];
      }),
    ),
  );
  return [...plans, ...comparison.leftOut.map(leftOutSentence), ...incomplete];
}

/** Names the runs that are not compared, and why. */
function leftOutSentence({ scenario, runIds, planDifferences }: LeftOut): readonly Inline[] {
  const [first] = runIds;
  const isOne = runIds.length === 1;
  const count = isOne ? "1 run of " : `${runIds.length} runs of `;
  const ids = isOne ? `: ${first}.` : `: ${shortList(runIds)}.`;
  if (planDifferences === null) {
    return [count, code(scenario), ` measured nothing and ${isOne ? "is" : "are"} left out${ids}`];
  }
  const plan = isOne ? "has another plan and is" : "have another plan and are";
  return [
    ...[count, code(scenario), ` ${plan} left out${ids} The plans differ in ${planDifferences}. `],
    ...["To compare different plans, add ", code("--force"), "."],
  ];
}

/** What a column measured, as far as a sentence about its target needs it. */
export function kindOf({ targetKind, emulated, foreign = false }: ComparedRun) {
  return { kind: targetKind, foreign, ...(emulated === true && { emulated }) };
}
