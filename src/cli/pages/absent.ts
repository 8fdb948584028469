import type { Block } from "../../report/parts/document.ts";
import { formatCount, sentence } from "../../report/parts/format.ts";
import type { Document } from "../../report/report.ts";
import type { NotStarted } from "../../report/run/files/junit.ts";
import type { FinishedRun } from "../../run/request.ts";

/** At most this many runs that have separate lines. */
const MAX_LINES = 8;

interface Named {
  readonly name: string;
}

/** A run of a command that stored nothing. */
type Absent = Pick<NotStarted, "state" | "scenario" | "target" | "reason">;

const NEVER_STARTED = "not started, because the command ended before";

/** Runs of a command without a result: those that failed or were skipped, and those not started. */
export function absentRuns(
  jobs: readonly { readonly plan: Named; readonly target: Named }[],
  finished: readonly Pick<FinishedRun, "run">[],
  unbegun: readonly NotStarted[],
): readonly Absent[] {
  const ended = new Map<string, number>();
  const keys = [
    ...finished.map(({ run }) => keyOf(run.plan.name, run.target.name)),
    ...unbegun.map(({ scenario, target }) => keyOf(scenario, target)),
  ];
  for (const key of keys) ended.set(key, (ended.get(key) ?? 0) + 1);
  const others = jobs.flatMap(({ plan, target }): Absent[] => {
    const key = keyOf(plan.name, target.name);
    const left = ended.get(key) ?? 0;
    ended.set(key, left - 1);
    if (left > 0) return [];
    const reason = NEVER_STARTED;
    return [{ state: "interrupted", scenario: plan.name, target: target.name, reason }];
  });
  return [...unbegun, ...others];
}

function keyOf(scenario: string, target: string): string {
  return JSON.stringify([scenario, target]);
}

/** Runs of a command without a result. */
export type AbsentRuns = readonly Absent[];

/** Adds the runs without a result to the start of a page, one notice each. */
export function withAbsent(document: Document, absent: readonly Absent[]): Document {
  if (absent.length === 0) return document;
  const lines = absent.slice(0, MAX_LINES).map(({ state, scenario, target, reason }): Block => {
    const text = `Not on this page: ${scenario} on ${target}: ${sentence(reason)}`;
    return { kind: "notice", tone: state === "skipped" ? "neutral" : "bad", text };
  });
  const more = absent.length - lines.length;
  const rest = `${formatCount(more)} more runs have no result.`;
  const last: Block[] = more === 0 ? [] : [{ kind: "notice", tone: "bad", text: rest }];
  return { ...document, view: [...lines, ...last, ...(document.view ?? [])] };
}
