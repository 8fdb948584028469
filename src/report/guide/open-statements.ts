import {
  type Block,
  type Cell,
  cell,
  code,
  list,
  paragraph,
  sentenceText,
  strong,
  type Text,
  tableColumns,
  words,
} from "../parts/document.ts";
import type { Section } from "../report.ts";
import {
  type GuideScenario,
  type GuideSubject,
  type JudgedStatement,
  scenariosFor,
} from "./subject.ts";

const COLUMNS = tableColumns([
  ["statement_id", "Id", "left"],
  ["scenarios", "Scenarios of the guide", "left"],
  ["kinds", "On targets of kind", "left"],
  ["needs", "What else it takes", "left"],
]);

/** Which runs would settle what is open; null where nothing is. */
export function remedySection({ judged: all, scenarios }: GuideSubject): Section | null {
  // No run settles what measurements do not decide.
  const open = all.filter(
    ({ judged }) => judged.outcome === "inconclusive" && judged.reason.code !== "not-decided",
  );
  if (open.length === 0) return null;
  const again = repeated(open);
  const blocks: Block[] = again.length === 0 ? [] : [paragraph("Of what was run:"), list(again)];
  blocks.push(
    paragraph(
      "All of the guide's workloads run by one command, on every target of a file that says what " +
        "was provisioned (",
      code("scenarios/targets.example.yaml"),
      "); what a target cannot do is passed over. The table says which of them, on what, each " +
        "open statement takes.",
    ),
    list([
      [code("npx assay run guide --targets targets.yaml")],
      [code("npx assay report --guide results/*")],
    ]),
    {
      kind: "table",
      id: "settle",
      columns: COLUMNS,
      rows: open.map((one) => row(one, scenarios)),
    },
  );
  return { title: "What would settle the rest", blocks };
}

/** What verdicts themselves say, with the statements it would settle. */
function repeated(open: readonly JudgedStatement[]): readonly Text[] {
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
    names.length === 0 ? cell("–", null) : cell([{ code: names.join(" ") }], names.join(" ")),
    words(statement.kinds.join(", ")),
    words(statement.needs),
  ];
}

/** What would decide each open statement, or why nothing does; null where all are decided. */
export function derivationSection({ judged: all, isOff }: GuideSubject): Section | null {
  if (isOff) return null;
  const open = all.filter(
    ({ statement, judged }) =>
      statement.derivation !== undefined && judged.outcome === "inconclusive",
  );
  if (open.length === 0) return null;
  return {
    title: "How open statements are decided",
    blocks: [
      paragraph(
        "What measurements would show, and the claims that carry it. Without one of the two " +
          "outcomes no run can reach it.",
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
    ...(beyond === null ? [] : [`Left open: ${beyond}`]),
  ];
  const carried = claims.flatMap((claim, at) => [at === 0 ? " " : ", ", code(claim)]);
  const by = claims.length === 0 ? [] : [` Carried by ${rule} of`, ...carried, "."];
  return [[strong(id), `: ${parts.join(" ")}`, ...by]];
}
