import { z } from "zod";
import {
  CLAIM_SCOPES,
  FIGURE_RELATIONS,
  FIGURE_UNITS,
  type FigureUnit,
  ROLES,
} from "../../model/claim/claim.ts";
import { VARIABLE_PROPERTIES } from "../../model/claim/work.ts";
import { OPERATIONS } from "../../model/plan/operation.ts";
import { ACCESS_PATTERNS } from "../../model/plan/plan.ts";
import { DISTRIBUTIONS, STATISTICS } from "../../model/plan/threshold.ts";
import { TARGET_KINDS } from "../../model/target/kind.ts";
import { choice, duration, field, flag, numeric, size, text, whole } from "../../yaml/fields.ts";

/** What `measure` can be; the first three say all by their name. */
export const MEASURE_KINDS = [
  "iops",
  "throughput",
  "burst-duration",
  "time",
  "burst",
  "share-of-seconds",
  "share-slower",
  "errors",
] as const;
const PLAIN_MEASURES = ["iops", "throughput", "burst-duration"] as const;

const ID = {
  rule: /^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9_-]*)+$/,
  words: "an id such as `ebs.gp3.iops.baseline`",
};
/** No key of `units.ts` is meant here: a figure keeps its unit as text beside it. */
const UNITS = Object.keys(FIGURE_UNITS).filter((unit): unit is FigureUnit =>
  Object.hasOwn(FIGURE_UNITS, unit),
);

const filled = (description: string) => text(description, { rule: /\S/, words: "some text" });

const expression = (description: string) =>
  field({ description, type: ["string", "number"] }, (input) => {
    if (typeof input === "number" && Number.isFinite(input)) return { value: String(input) };
    if (typeof input === "string" && input.trim() !== "") return { value: input.trim() };
    return { problem: "expected a number or an expression such as `min(16000, 3 * size_gib)`" };
  });

const share = (description: string) =>
  field({ description, type: "string", pattern: "^[0-9.]+%$" }, (input) => {
    const percent = typeof input === "string" && input.endsWith("%") ? input.slice(0, -1) : null;
    const value = numeric(percent);
    if (value !== null && value >= 0 && value < 100) return { value: value / 100 };
    return { problem: `\`${String(input)}\` was found, expected a share such as \`10%\`` };
  });

const number = (description: string) =>
  field({ description, type: "number" }, (input) => {
    if (typeof input === "number" && Number.isFinite(input)) return { value: input };
    return { problem: `\`${String(input)}\` was found, expected a number` };
  });

const many = <T extends z.ZodType>(item: T) => z.array(item).min(1);
const bounds = <T extends z.ZodType>(item: T) =>
  z.strictObject({ least: item.optional(), most: item.optional() });

const SIDE = {
  kinds: many(choice("A kind of target.", TARGET_KINDS)),
  operations: many(choice("Alone in their phase, or all of a mix.", OPERATIONS)),
  including: many(choice("At least one of these is in the mix.", OPERATIONS)).optional(),
  access: many(choice("Access pattern.", ACCESS_PATTERNS)).optional(),
  blockSize: bounds(size("Of blocks, or of objects where they are moved whole.")).optional(),
  pacing: choice("closed: as fast as it goes; open: at a rate.", ["closed", "open"]).optional(),
  inFlight: bounds(whole("Operations in flight over all workers.", 1, 1e6)).optional(),
  touch: choice("Whether the data was touched before.", ["first", "again"]).optional(),
  where: expression("Condition on the target and the phase.").optional(),
};

const measure = z.union([
  choice("What is measured.", PLAIN_MEASURES),
  z.strictObject({
    kind: choice("What is measured.", MEASURE_KINDS),
    of: choice("Of a time: which; else of what.", [
      ...DISTRIBUTIONS,
      "iops",
      "throughput",
    ]).optional(),
    statistic: choice("Of a time.", STATISTICS).optional(),
    part: choice("Of a burst.", ["during", "after"]).optional(),
    least: expression("What each second is held against.").optional(),
    unit: choice("Of `least`.", UNITS).optional(),
    than: duration("Slower than this.", "1ns").optional(),
    codes: z.array(filled("A code of an error.")).optional(),
  }),
]);

const needs = z.strictObject({
  duration: duration("Shortest measured time that says anything.").optional(),
  inFlightPerThousandIops: whole("For each 1,000 IOPS of the figure.", 1, 1000).optional(),
  inFlight: whole("In flight at least.", 1, 1e6).optional(),
  uncached: flag("No page cache answers.").optional(),
  initialised: flag("Blocks were touched before.").optional(),
  sameZone: flag("Machine and storage are in one zone.").optional(),
  instance: choice("Which limit of the machine applies.", ["ebs", "network", "none"]).optional(),
  burst: choice("State of burst credits.", ["ended", "lasting", "any"]).optional(),
  known: z
    .array(
      text("A fact.", { rule: /^(provisioned|instance)\.[a-zA-Z]+$/, words: "`provisioned.iops`" }),
    )
    .optional(),
  clients: choice("Clients that a verdict needs.", ["one", "many"]).optional(),
});

const example = z.strictObject({
  given: z.record(z.string(), z.unknown()),
  value: number("What the figure comes to.").optional(),
  low: number("What `low` comes to.").optional(),
  high: number("What `high` comes to.").optional(),
});

/** One claim as written; what it may leave out is filled by the kind of measure and storage. */
export const ClaimSchema = z.strictObject({
  id: text("Unique over all files.", ID),
  says: filled("What it says, one sentence."),
  role: choice("What the figure means.", ROLES),
  scope: choice("Of one client, or of the whole storage.", CLAIM_SCOPES).optional(),
  when: expression("It is about targets for which this holds.").optional(),
  of: z.strictObject(SIDE),
  over: z.strictObject(SIDE).partial().optional(),
  between: choice("Where the sides are measured.", ["phases", "targets"]).optional(),
  varies: many(choice("What the sides may differ in.", VARIABLE_PROPERTIES)).optional(),
  measure,
  relation: choice("Of the measurement to the figure.", FIGURE_RELATIONS),
  value: expression("The figure.").optional(),
  low: expression("Smallest, of `within`.").optional(),
  high: expression("Largest, of `within`.").optional(),
  unit: choice("Of the figure.", UNITS),
  tolerance: share("Within which a measurement agrees with the figure.").optional(),
  needs: needs.optional(),
  source: filled("One of the file's `sources`."),
  until: filled("Until when it was published.").optional(),
  examples: many(example).optional(),
});

const source = z.strictObject({
  title: filled("Of the page or document."),
  address: z.union([filled("URL."), z.null()]),
  date: filled("When it was read, or its own date."),
});

/** A file of claims, its rows already made claims of their own. */
export const ClaimsFile = z.strictObject({
  sources: z.record(z.string(), source),
  claims: many(ClaimSchema),
});

export const LooseSources = z.record(z.string(), source);

export type ClaimText = z.output<typeof ClaimSchema>;
export type SideText = ClaimText["of"];
export type SourceText = z.output<typeof source>;
