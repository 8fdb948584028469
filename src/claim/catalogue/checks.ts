import { FIGURE_UNITS, type FigureUnit } from "../../model/claim/claim.ts";
import { oneOf, suggestion } from "../../yaml/nearest.ts";
import { type ClaimFault, sideFaults } from "./checks-sides.ts";
import type { ClaimText, MEASURE_KINDS, SourceText } from "./claim-schema.ts";

type MeasureKind = (typeof MEASURE_KINDS)[number];
type Dimension =
  | "operations a second"
  | "bytes a second"
  | "a time"
  | "a ratio"
  | "a share"
  | "a number of errors";

const RATE_UNITS = new Set<FigureUnit>(["IOPS", "requests/s", "files/s"]);
const TIME_UNITS = new Set<FigureUnit>(["us", "ms", "s", "min", "h"]);
const NUMBER_UNITS: Partial<Record<FigureUnit, Dimension>> = {
  ratio: "a ratio",
  share: "a share",
  errors: "a number of errors",
};

/** Fields of a measure by its kind: those it must have, and those it may. */
const FIELDS: Readonly<
  Record<MeasureKind, { readonly must: readonly string[]; readonly may: readonly string[] }>
> = {
  iops: { must: [], may: [] },
  throughput: { must: [], may: [] },
  "burst-duration": { must: [], may: [] },
  time: { must: ["of", "statistic"], may: [] },
  burst: { must: ["of", "part"], may: [] },
  "share-of-seconds": { must: ["of", "least", "unit"], may: [] },
  "share-slower": { must: ["than"], may: [] },
  errors: { must: [], may: ["codes"] },
};

/** Whether the fields of one claim fit each other; its expressions are another matter. */
export function claimFaults(
  claim: ClaimText,
  sources: Readonly<Record<string, SourceText>>,
): readonly ClaimFault[] {
  return [
    ...measureFaults(claim),
    ...unitFaults(claim),
    ...sideFaults(claim),
    ...figureFaults(claim),
    ...sourceFaults(claim, sources),
    ...scopeFaults(claim),
  ];
}

function scopeFaults({ scope, needs }: ClaimText): readonly ClaimFault[] {
  if (scope !== "client" || needs?.clients !== "many") return [];
  const message = "a claim that needs `clients: many` is not about one client, expected `system`";
  return [{ path: ["scope"], message }];
}

function measureFaults({ measure }: ClaimText): readonly ClaimFault[] {
  if (typeof measure === "string") return [];
  const { kind, ...given } = measure;
  const { must, may } = FIELDS[kind];
  const there = Object.entries(given).filter(([, value]) => value !== undefined);
  const names = there.map(([name]) => name);
  const missing = must.filter((name) => !names.includes(name));
  const strange = names.filter((name) => !must.includes(name) && !may.includes(name));
  const allowed = [...must, ...may];
  const amount = measure.of === "iops" || measure.of === "throughput";
  const wrongOf = names.includes("of") && must.includes("of") && amount === (kind === "time");
  return [
    ...missing.map((name) => ({
      path: ["measure"],
      message: `\`${name}\` is missing, which \`${kind}\` needs`,
    })),
    ...strange.map((name) => ({
      path: ["measure", name],
      message: `\`${name}\` says nothing of \`${kind}\`, ${suggestion(name, allowed)}`,
    })),
    ...(wrongOf ? [{ path: ["measure", "of"], message: wrongAmount(kind) }] : []),
  ];
}

function wrongAmount(kind: MeasureKind): string {
  const expected = kind === "time" ? ["latency", "service", "firstByte"] : ["iops", "throughput"];
  return `not what \`${kind}\` can be of, expected ${oneOf(expected)}`;
}

function unitFaults({ measure, unit, over }: ClaimText): readonly ClaimFault[] {
  const found = dimensionOf(unit);
  const expected = over === undefined ? dimensionOfMeasure(measure) : "a ratio";
  const faults: ClaimFault[] = [];
  if (found !== expected) {
    const units = unitsOf(expected);
    const message = `\`${unit}\` is a unit of ${found}, expected ${expected}: ${oneOf(units)}`;
    faults.push({ path: ["unit"], message });
  }
  if (typeof measure === "string" || measure.kind !== "share-of-seconds") return faults;
  if (measure.unit === undefined || measure.of === undefined) return faults;
  const least = measure.of === "throughput" ? "bytes a second" : "operations a second";
  if (dimensionOf(measure.unit) === least) return faults;
  const message = `\`${measure.unit}\` is no unit of ${least}, expected ${oneOf(unitsOf(least))}`;
  return [...faults, { path: ["measure", "unit"], message }];
}

function dimensionOfMeasure(measure: ClaimText["measure"]): Dimension {
  const kind = typeof measure === "string" ? measure : measure.kind;
  const of = typeof measure === "string" ? undefined : measure.of;
  if (kind === "throughput" || (kind === "burst" && of === "throughput")) return "bytes a second";
  if (kind === "iops" || kind === "burst") return "operations a second";
  if (kind === "errors") return "a number of errors";
  return kind === "share-of-seconds" || kind === "share-slower" ? "a share" : "a time";
}

function dimensionOf(unit: FigureUnit): Dimension {
  if (RATE_UNITS.has(unit)) return "operations a second";
  if (TIME_UNITS.has(unit)) return "a time";
  return NUMBER_UNITS[unit] ?? "bytes a second";
}

function unitsOf(dimension: Dimension): readonly string[] {
  const units = Object.keys(FIGURE_UNITS).filter((unit): unit is FigureUnit => unit !== "");
  return units.filter((unit) => dimensionOf(unit) === dimension);
}

function figureFaults(claim: ClaimText): readonly ClaimFault[] {
  const { relation, role, unit, tolerance = 0 } = claim;
  const within = relation === "within";
  const must = within ? (["low", "high"] as const) : (["value"] as const);
  const not = within ? (["value"] as const) : (["low", "high"] as const);
  const faults: ClaimFault[] = [];
  for (const name of must) {
    if (claim[name] !== undefined) continue;
    faults.push({ path: [], message: `\`${name}\` is missing, which \`${relation}\` needs` });
  }
  for (const name of not) {
    if (claim[name] === undefined) continue;
    const expected = oneOf([...must]).replace(" or ", " and ");
    faults.push({
      path: [name],
      message: `\`${relation}\` has no \`${name}\`, expected ${expected}`,
    });
  }
  if ((relation === "==" || relation === "~") && tolerance === 0 && unit !== "errors") {
    const message = `\`${relation}\` needs a \`tolerance\`, no two measurements are equal`;
    faults.push({ path: ["relation"], message });
  }
  const speed = ["operations a second", "bytes a second"].includes(dimensionOf(unit));
  const wrong = role === "ceiling" ? /^>/ : /^</;
  if (speed && (role === "ceiling" || role === "floor") && wrong.test(relation)) {
    const message = `a ${role} of a rate cannot be \`${relation}\``;
    faults.push({ path: ["relation"], message });
  }
  return faults;
}

function sourceFaults(
  { role, until, source }: ClaimText,
  sources: Readonly<Record<string, SourceText>>,
): readonly ClaimFault[] {
  const faults: ClaimFault[] = [];
  if (!Object.hasOwn(sources, source)) {
    const known = suggestion(source, Object.keys(sources));
    faults.push({
      path: ["source"],
      message: `\`${source}\` is none of the file's sources, ${known}`,
    });
  }
  if (role === "superseded" && until === undefined) {
    faults.push({ path: ["role"], message: "a superseded figure needs `until`, when it ended" });
  }
  if (role !== "superseded" && until !== undefined) {
    faults.push({ path: ["until"], message: "only a superseded figure has an end" });
  }
  return faults;
}
