import type { Section, Text } from "../parts/document.ts";
import { code, list, paragraph, strong } from "../parts/document.ts";
import type { JudgedStatement } from "./source.ts";

/** What would decide each open statement, or why nothing does; null where all are decided. */
export function derivationSection(all: readonly JudgedStatement[]): Section | null {
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
