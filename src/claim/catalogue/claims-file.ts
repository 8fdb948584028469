import type { Claim } from "../../model/claim/claim.ts";
import type { Problem } from "../../model/fault/errors.ts";
import { schemaProblems } from "../../yaml/problems.ts";
import {
  locate,
  type Path,
  type Position,
  readSource,
  valueAt,
  type YamlSource,
} from "../../yaml/yaml.ts";
import { claimFaults } from "./checks.ts";
import {
  ClaimSchema,
  ClaimsFile,
  type ClaimText,
  LooseSources,
  type SideText,
  type SourceText,
} from "./claim-schema.ts";
import { measureOf, needsOf, sideOf } from "./defaults.ts";
import { expressionFaults } from "./figures.ts";
import { spreadRows } from "./rows.ts";

/** What could be read of a file of claims, and everything that is wrong with it. */
export interface ClaimsRead {
  readonly claims: readonly Claim[];
  /** Every id that is written, of claims with mistakes too; empty where nothing could be read. */
  readonly places: readonly { readonly id: string; readonly place: Position }[];
  readonly problems: readonly Problem[];
}

/** Reads the text of a file of claims; `file` is what problems are reported under. */
export function readClaims(file: string, text: string): ClaimsRead {
  const source = spreadRows(readSource(file, text, {}));
  if (source.value === undefined) return { claims: [], places: [], problems: source.problems };
  const problems: Problem[] = [...source.problems, ...schemaProblems(ClaimsFile, source)];
  const sources = LooseSources.safeParse(valueAt(source.value, ["sources"])).data ?? {};
  const entries = valueAt(source.value, ["claims"]);
  const list: readonly unknown[] = Array.isArray(entries) ? entries : [];
  const claims: Claim[] = [];
  for (const [index, entry] of list.entries()) {
    const parsed = ClaimSchema.safeParse(entry);
    // What the schema refuses is told already; the rest of such a claim would only be echoes.
    if (!parsed.success) continue;
    const path: Path = ["claims", index];
    const faults = [...claimFaults(parsed.data, sources), ...expressionFaults(parsed.data)];
    problems.push(
      ...faults.map((fault) => ({
        ...locate(source, [...path, ...fault.path], "value"),
        message: `${parsed.data.id}: ${fault.message}`,
      })),
    );
    const from = Object.hasOwn(sources, parsed.data.source)
      ? sources[parsed.data.source]
      : undefined;
    if (faults.length === 0 && from !== undefined) {
      claims.push(claimOf(parsed.data, from, source, path));
    }
  }
  const places = list.flatMap((entry, index) => {
    const id = valueAt(entry, ["id"]);
    const place = locate(source, ["claims", index, "id"], "value");
    return typeof id === "string" ? [{ id, place }] : [];
  });
  return { claims, places, problems };
}

function claimOf(text: ClaimText, from: SourceText, source: YamlSource, path: Path): Claim {
  const measure = measureOf(text.measure);
  const over = text.over === undefined ? null : sideOf(merged(text.of, text.over));
  const kinds = [...text.of.kinds, ...(over?.kinds ?? [])];
  const { file, line } = locate(source, [...path, "id"], "value");
  const needs = needsOf(text, measure, kinds);
  return {
    id: text.id,
    says: text.says,
    role: text.role,
    // A claim that takes several clients is not about one of them.
    scope: text.scope ?? (needs.clients === "many" ? "system" : "client"),
    when: text.when ?? null,
    side: sideOf(text.of),
    over,
    between: text.between ?? null,
    varies: text.varies ?? [],
    measure,
    relation: text.relation,
    value: text.value ?? null,
    low: text.low ?? null,
    high: text.high ?? null,
    unit: text.unit,
    tolerance: text.tolerance ?? 0,
    needs,
    source: from,
    until: text.until ?? null,
    examples: (text.examples ?? []).map(({ given, value, low, high }) => ({
      given,
      ...(value === undefined ? {} : { value }),
      ...(low === undefined ? {} : { low }),
      ...(high === undefined ? {} : { high }),
    })),
    place: { file, line },
  };
}

/** The second side differs from the first in what it says, and in nothing else. */
function merged(of: SideText, over: NonNullable<ClaimText["over"]>): SideText {
  const said = Object.entries(over).filter(([, value]) => value !== undefined);
  return { ...of, ...Object.fromEntries(said) };
}
