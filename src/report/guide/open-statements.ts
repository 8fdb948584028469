import { narrowTable } from "../format/narrow-table.ts";
import {
  type Block,
  type Cell,
  cell,
  code,
  type Inline,
  list,
  paragraph,
  sentenceText,
  strong,
  type Text,
  tableColumns,
  words,
} from "../parts/document.ts";
import { sentence } from "../parts/format.ts";
import type { Section } from "../report.ts";
import {
  type GuideScenario,
  type GuideSubject,
  type JudgedStatement,
  scenariosFor,
} from "./subject.ts";

const COLUMNS = tableColumns([
  ["statement_id", "Id", "left"],
  ["scenarios", "Scenarios", "left"],
  ["kinds", "Target kinds", "left"],
  ["needs", "Needs", "left"],
]);

/** Runs that decide the inconclusive statements; null if there are none. */
export function remedySection({ judged: all, scenarios }: GuideSubject): Section | null {
  // No run decides a statement that measurements cannot decide.
  const open = all.filter(
    ({ judged }) => judged.outcome === "inconclusive" && judged.reason.code !== "not-decided",
  );
  if (open.length === 0) return null;
  const again = remediesOf(open);
  const blocks: Block[] =
    again.length === 0 ? [] : [paragraph("For the targets of these runs:"), list(again)];
  blocks.push(
    paragraph(
      "One command runs all workloads of the guide on every target of a targets file (",
      code("scenarios/targets.example.yaml"),
      "), and skips those that a target does not support. Scenarios and target kinds that decide " +
        "the inconclusive statements:",
    ),
    list([
      [code("npx assay run guide --targets targets.yaml")],
      [code("npx assay report --guide results/*")],
    ]),
    ...narrowTable(
      {
        kind: "table",
        id: "settle",
        columns: COLUMNS,
        rows: open.map((one) => row(one, scenarios)),
      },
      { name: "statement_id", details: ["needs"] },
    ),
  );
  return { title: "Next steps", blocks };
}

/** The remedies of verdicts, each with the statements that it may decide. */
function remediesOf(open: readonly JudgedStatement[]): readonly Text[] {
  const found = new Map<string, Set<string>>();
  for (const { statement, judged } of open) {
    for (const { settle, targets, reason } of judged.verdicts) {
      if (settle === null || reason.code === "off-aws") continue;
      const line = `${targets.join(" and ")}: ${settle}`;
      found.set(line, (found.get(line) ?? new Set()).add(statement.id));
    }
  }
  return [...found].map(([line, ids]) => sentenceText(`${line} (${[...ids].join(", ")}).`));
}

function row({ statement }: JudgedStatement, scenarios: readonly GuideScenario[]): readonly Cell[] {
  const names = scenariosFor(statement, scenarios);
  return [
    words(statement.id),
    names.length === 0 ? cell("–", null) : cell(codes(names), names.join(" ")),
    words(statement.kinds.join(", ")),
    words(sentence(statement.needs)),
  ];
}

/** Names as code, with commas. */
function codes(names: readonly string[]): readonly Inline[] {
  return names.flatMap((name, at) => (at === 0 ? [code(name)] : [", ", code(name)]));
}

/** What decides each inconclusive statement; null if there are none. */
export function derivationSection({ judged: all, isOff }: GuideSubject): Section | null {
  if (isOff) return null;
  const open = all.filter(
    ({ statement, judged }) =>
      statement.derivation !== undefined && judged.outcome === "inconclusive",
  );
  if (open.length === 0) return null;
  return {
    title: "Decision rules",
    isDetail: true,
    blocks: [
      paragraph(
        "The measurements that support or refute each inconclusive statement, and its claims. An " +
          "outcome that is not listed cannot be reached.",
      ),
      list(open.flatMap(derivationText)),
    ],
  };
}

function derivationText({ statement: { id, derivation, claims } }: JudgedStatement): Text[] {
  if (derivation === undefined) return [];
  const { supported, refuted, undecided, beyond, rule } = derivation;
  const parts = [
    ...(supported === null ? [] : [`Supported if: ${supported}`]),
    ...(refuted === null ? [] : [`Refuted if: ${refuted}`]),
    ...(undecided === null ? [] : [`Not decided by measurements: ${undecided}`]),
    ...(beyond === null ? [] : [`Not covered: ${beyond}`]),
  ];
  const named = claims.flatMap((claim, at) => [at === 0 ? " " : ", ", code(claim)]);
  const by = claims.length === 0 ? [] : [` Decided by ${rule} of`, ...named, "."];
  return [[strong(id), `: ${parts.join(" ")}`, ...by]];
}
