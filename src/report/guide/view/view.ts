/**
 * First part of the page on the guide: counts, cards of statements, charts. `cards.ts` has the
 * statements with what was measured, `workloads.ts` the workloads by storage, `costs.ts` the cost
 * per delivered unit. All are made from verdicts and costs, which come in as data.
 */

import { OUTCOMES } from "../../../model/claim/verdict.ts";
import type { Block } from "../../parts/document.ts";
import { outcomeTiles } from "../../verdict/cards.ts";
import type { GuideSubject } from "../subject.ts";
import { statementCards } from "./cards.ts";
import { costCharts } from "./costs.ts";
import { workloadCharts } from "./workloads.ts";

/** Blocks of the view, in their order on the page. */
export function guideView(subject: GuideSubject): readonly Block[] {
  const { judged, grid, costs } = subject;
  if (subject.runs.length === 0) return [];
  return [
    // Without AWS storage, every statement is inconclusive.
    outcomeTiles(
      judged.map((one) => one.judged.outcome),
      subject.isOff ? ["inconclusive"] : OUTCOMES,
    ),
    ...statementCards(subject),
    ...workloadCharts(grid),
    ...costCharts(grid, costs),
  ];
}
