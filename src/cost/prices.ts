import { fileURLToPath } from "node:url";
import { type Problem, ScenarioError } from "../model/fault/errors.ts";
import type { Cost, Usage } from "../model/run/cost.ts";
import { VOLUME_KINDS } from "../model/target/kind.ts";
import { readText } from "../yaml/file.ts";
import { nearest, oneOf } from "../yaml/nearest.ts";
import { inOrder, schemaProblems } from "../yaml/problems.ts";
import { locate, type Path, readSource, type YamlSource } from "../yaml/yaml.ts";
import { type Prices, PricesFile } from "./prices-schema.ts";

const PRICES = fileURLToPath(new URL("../../scenarios/prices.yaml", import.meta.url));
const BYTES_PER_GB = 1e9;
const DAYS_PER_MONTH = 30;

/**
 * Reads a price list; by default the one that comes with the package.
 *
 * @throws ScenarioError with all problems as file:line:column and what was expected.
 */
export async function loadPrices(path: string = PRICES): Promise<Prices> {
  return parsePrices(await readText(path), path);
}

/** {@link loadPrices} for the text of a file; `file` is the file name in errors. */
export function parsePrices(content: string, file: string): Prices {
  const source = readSource(file, content, {});
  const problems = [
    ...source.problems,
    ...(source.value === undefined ? [] : schemaProblems(PricesFile, source)),
  ];
  const parsed = PricesFile.safeParse(source.value);
  if (!parsed.success || problems.length > 0) throw new ScenarioError(inOrder(problems, file));
  const faults = [...unknownSources(parsed.data, source), ...unorderedTiers(parsed.data, source)];
  if (faults.length > 0) throw new ScenarioError(inOrder(faults, file));
  return parsed.data;
}

/** Every `source` of the file must be one of `sources`. */
function unknownSources(prices: Prices, source: YamlSource): readonly Problem[] {
  const known = Object.keys(prices.sources);
  const problems: Problem[] = [];
  const walk = (value: unknown, path: Path): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const at = [...path, Array.isArray(value) ? Number(key) : key];
      if (key !== "source" || typeof inner !== "string") walk(inner, at);
      else if (!known.includes(inner)) {
        const near = nearest(inner, known);
        const hint = near === null ? "" : `; did you mean \`${near}\`?`;
        const message = `expected ${oneOf(known)} (keys of \`sources\`), got \`${inner}\`${hint}`;
        problems.push({ ...locate(source, at, "value"), message });
      }
    }
  };
  const { sources: _, ...rest } = prices;
  walk(rest, []);
  return problems;
}

/** Tiers must ascend, because a tier ends at the start of the next one. */
function unorderedTiers({ volumes }: Prices, source: YamlSource): readonly Problem[] {
  return VOLUME_KINDS.flatMap((kind) =>
    (["iops", "throughput"] as const).flatMap((what) => {
      const tiers = volumes[kind][what] ?? [];
      return tiers.flatMap(({ above }, index) => {
        const before = tiers[index - 1]?.above ?? -1;
        if (above > before) return [];
        const at = ["volumes", kind, what, index, "above"];
        const message = "`above`: expected a larger value than in the previous tier";
        return [{ ...locate(source, at, "value"), message }];
      });
    }),
  );
}

/** Properties of a target that change prices. */
export interface Charging {
  /** Whether the bucket is on AWS, which charges for it. */
  readonly charged: boolean;
  /** Whether uploads use Transfer Acceleration. */
  readonly accelerated: boolean;
}

/**
 * Cost of requests and of the data they transfer. Storage is included only for classes with a
 * minimum storage duration; in other classes, the hours of a run cost almost nothing.
 */
export function priceOf(usage: readonly Usage[], prices: Prices, how: Charging): Cost {
  const lines = usage
    .filter(({ requests }) => requests > 0)
    .map((one) => ({ ...one, usd: usdOf(one, prices, how) }));
  const received = lines.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
  const named = new Set(lines.map(({ storageClass }) => prices.classes[storageClass].source));
  for (const { storageClass, tier } of lines) {
    const restored = tier === undefined ? undefined : prices.classes[storageClass].restore?.[tier];
    if (restored?.source !== undefined) named.add(restored.source);
  }
  named.add(prices.transferOut.source);
  return {
    lines,
    totalUsd: lines.reduce((sum, { usd }) => sum + usd, 0),
    transferOutUsd: (received / BYTES_PER_GB) * prices.transferOut.price,
    region: prices.region,
    sources: [...named].flatMap((name) => prices.sources[name] ?? []),
    charged: how.charged,
  };
}

function usdOf(usage: Usage, prices: Prices, how: Charging): number {
  const of = prices.classes[usage.storageClass];
  const { requestClass, requests, sentBytes, receivedBytes, copiedBytes = 0 } = usage;
  if (requestClass === "restore") return restoreUsd(usage, prices);
  const accelerated = how.accelerated ? prices.acceleration.price : 0;
  const charged = requestClass === "free" ? 0 : of[requestClass];
  return (
    (requests / 1000) * charged +
    (sentBytes / BYTES_PER_GB) * ((of.upload ?? 0) + accelerated) +
    ((receivedBytes + copiedBytes) / BYTES_PER_GB) * (of.retrieval ?? 0) +
    leastStorageUsd(usage, prices)
  );
}

/** Cost of restore requests, the data retrieved, and the restored copies during their lifetime. */
function restoreUsd({ storageClass, requests, sentBytes, tier, days }: Usage, prices: Prices) {
  const of = prices.classes[storageClass];
  const restored = of.restore?.[tier ?? "Standard"] ?? { request: of.write, retrieval: 0 };
  const copies = ((days ?? 0) / DAYS_PER_MONTH) * prices.classes.STANDARD.storage;
  return (
    (requests / 1000) * restored.request +
    (sentBytes / BYTES_PER_GB) * (restored.retrieval + copies)
  );
}

/**
 * Cost of storage for the minimum duration of a class. Small objects are charged at a minimum size;
 * archived objects are charged with their index, a part of which is in Standard.
 */
function leastStorageUsd({ storageClass, sentBytes, storedObjects }: Usage, prices: Prices) {
  const of = prices.classes[storageClass];
  if (storedObjects === 0) return 0;
  const { indexBytes = 0, standardBytes = 0 } = of.archive ?? {};
  const months = (of.minimumDays ?? 0) / DAYS_PER_MONTH;
  const bytes =
    Math.max(sentBytes, storedObjects * (of.minimumBytes ?? 0)) + storedObjects * indexBytes;
  const inStandard = storedObjects * standardBytes * prices.classes.STANDARD.storage;
  return ((bytes * of.storage + inStandard) / BYTES_PER_GB) * months;
}
