/**
 * Chooses the sizes of datasets that a scenario leaves to the target (`size: auto`), and names the
 * sizes that would fit where given ones do not. Pure: `facts.ts` has the input, `amounts.ts` the
 * amounts that can be lowered, `space.ts` the space that a plan needs. Read `fitPlan` first.
 */
import type { AutoAmount } from "../../model/plan/auto.ts";
import type { Plan } from "../../model/plan/plan.ts";
import {
  type Adjustable,
  amountOf,
  automatic,
  nextLower,
  setText,
  settable,
  withAmounts,
} from "./amounts.ts";
import type { StorageFacts } from "./facts.ts";
import { datasetSpace, type PlanSpace, spaceOf } from "./space.ts";

/** Share of the free space that chosen sizes use, so that the storage does not become full. */
const USED_SHARE = 0.75;
/** Share of the free space that data may take at all; the rest is for metadata. */
const MAX_SHARE = 1 / 1.01;
/** Share of the memory for a dataset that a phase reads from the page cache. */
const CACHED_SHARE = 0.5;

/** A plan fitted to a target. */
export interface Fit {
  /** The plan with all sizes chosen. */
  readonly plan: Plan;
  readonly space: PlanSpace;
  /** Why it does not fit, with the `--set` options that would; null if it fits. */
  readonly obstacle: string | null;
}

type Limit = NonNullable<AutoAmount["limitedBy"]>;

/**
 * Chooses the automatic amounts of a plan for a target, except those that `pinAmounts` has chosen.
 */
export function fitPlan(plan: Plan, facts: StorageFacts): Fit {
  const { plan: fitted, space, limits } = lowered(plan, automatic(plan), facts);
  return { plan: withLimits(fitted, limits), space, obstacle: obstacleOf(fitted, space, facts) };
}

interface Lowered {
  readonly plan: Plan;
  readonly space: PlanSpace;
  /** Limit that lowered an amount last, by `dataset field`; absent: it is at its maximum. */
  readonly limits: ReadonlyMap<string, Limit>;
}

/** Lowers the amounts of the largest datasets until the plan fits, or all are at their minimum. */
function lowered(plan: Plan, amounts: readonly Adjustable[], facts: StorageFacts): Lowered {
  const limits = new Map<string, Limit>();
  let current = [...amounts];
  for (;;) {
    const tried = withAmounts(plan, current);
    const space = spaceOf(tried, facts);
    const over = excess(tried, space, facts, USED_SHARE);
    if (over === null) return { plan: tried, space, limits };
    const [largest] = current
      .filter((one) => nextLower(one) !== null && helps(one, over))
      .map((one) => ({ one, weight: weightOf(tried, one, over, facts) }))
      .sort((a, b) => b.weight - a.weight);
    if (largest === undefined) return { plan: tried, space, limits };
    const { one } = largest;
    const value = nextLower(one) ?? one.value;
    current = current.map((other) => (other === one ? { ...one, value } : other));
    for (const dataset of one.datasets) limits.set(`${dataset} ${one.field}`, over.limit);
  }
}

/** A limit that a plan exceeds. */
interface Excess {
  readonly limit: Limit;
  /** Datasets that count toward the limit. */
  readonly datasets: readonly string[];
}

/** Returns the first limit that a plan exceeds; null if it fits. */
function excess(
  plan: Plan,
  { peakBytes, peakFiles, peakDatasets: datasets }: PlanSpace,
  facts: StorageFacts,
  wanted: number,
): Excess | null {
  // A device has no metadata: data may fill it.
  const share = facts.kind === "device" ? 1 : wanted;
  if (facts.freeBytes !== null && peakBytes > facts.freeBytes * share) {
    return { limit: "space", datasets };
  }
  if (facts.freeFiles !== null && peakFiles > facts.freeFiles * share) {
    return { limit: "files", datasets };
  }
  if (wanted === MAX_SHARE) return null;
  // A dataset that does not fit in the page cache is not read from there.
  const cached = plan.phases.filter(({ cache }) => cache === "warm").map(({ dataset }) => dataset);
  const large = plan.datasets.filter(
    (one) =>
      cached.includes(one.name) &&
      datasetSpace(one, 1).bytes > facts.memoryBytes * CACHED_SHARE &&
      facts.kind !== "memory",
  );
  return large.length === 0 ? null : { limit: "memory", datasets: large.map(({ name }) => name) };
}

function helps({ field, datasets }: Adjustable, over: Excess): boolean {
  if (over.limit === "files" && field === "size") return false;
  return datasets.some((name) => over.datasets.includes(name));
}

/** Space, or number of files, of the datasets that share an amount. */
function weightOf(plan: Plan, one: Adjustable, over: Excess, { blockBytes }: StorageFacts): number {
  return plan.datasets.reduce((sum, dataset) => {
    if (!one.datasets.includes(dataset.name)) return sum;
    const space = datasetSpace(dataset, blockBytes);
    return sum + (over.limit === "files" ? space.entries : space.allocatedBytes);
  }, 0);
}

function withLimits(plan: Plan, limits: ReadonlyMap<string, Limit>): Plan {
  if (plan.autoAmounts === undefined) return plan;
  const autoAmounts = plan.autoAmounts.map((one) => ({
    ...one,
    limitedBy: one.limitedBy ?? limits.get(`${one.dataset} ${one.field}`) ?? "maximum",
  }));
  return { ...plan, autoAmounts };
}

function obstacleOf(plan: Plan, space: PlanSpace, facts: StorageFacts): string | null {
  const over = excess(plan, space, facts, MAX_SHARE);
  if (over === null) return null;
  const { peakBytes, peakFiles, peakDatasets } = space;
  const names = peakDatasets.map((name) => `"${name}"`);
  const last = names.pop() ?? "";
  const subject =
    names.length === 0
      ? `dataset ${last} needs`
      : `datasets ${names.join(", ")} and ${last} together need`;
  const isDevice = facts.kind === "device";
  const isOfFiles = over.limit === "files";
  const bytes = isDevice ? peakBytes : peakBytes / MAX_SHARE;
  const need = isOfFiles
    ? `${subject} ${peakFiles} inodes, but only ${facts.freeFiles} are free`
    : `${subject} ${binary(bytes)}, but ${availableWords(facts)}`;
  const settings = smallerSettings(plan, facts);
  const more = isOfFiles ? "delete some files" : "free some space";
  const free = isDevice ? "use a larger device" : more;
  if (settings.length === 0) return `${need}; ${free}`;
  return `${need}; add ${settings.map((one) => `--set ${one}`).join(" ")}, or ${free}`;
}

function availableWords({ kind, freeBytes, keptBytes = 0 }: StorageFacts): string {
  const bytes = binary(freeBytes ?? 0);
  if (kind === "device") return `the device has ${bytes}`;
  const kept =
    keptBytes === 0 ? "" : ` besides ${binary(keptBytes)} for other data that --keep-data keeps`;
  return `only ${bytes} are free${kept}`;
}

/** The `--set` texts with which a plan fits; empty if there are none. */
function smallerSettings(plan: Plan, facts: StorageFacts): readonly string[] {
  const { plan: smaller, space } = lowered(plan, settable(plan), facts);
  if (excess(smaller, space, facts, MAX_SHARE) !== null) return [];
  return smaller.datasets.flatMap((dataset, index) => {
    const before = plan.datasets[index];
    if (before === undefined) return [];
    return (["size", "count"] as const).flatMap((field) => {
      const value = amountOf(dataset, field);
      return value === amountOf(before, field) ? [] : [setText(dataset.name, field, value)];
    });
  });
}

/** Formats bytes for messages: `12.3 MiB`, `4.0 GiB`. */
function binary(bytes: number): string {
  const [size, unit] = bytes >= 1024 ** 3 ? [1024 ** 3, "GiB"] : [1024 ** 2, "MiB"];
  return `${(bytes / size).toFixed(1)} ${unit}`;
}
