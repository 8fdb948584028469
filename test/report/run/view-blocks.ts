import type { PhaseSeries } from "../../../src/metrics/series/series.ts";
import type { PhaseResult, Run, Summary } from "../../../src/model/run/run.ts";
import { type Block, type Chart, plain } from "../../../src/report/parts/document.ts";
import { runReport } from "../../../src/report/run/run.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../fixture.ts";

/** The blocks of the view of a run. */
export function viewOf(one: Run, phases: readonly PhaseSeries[] = []): readonly Block[] {
  return runReport(one, { phases, problem: null }).view ?? [];
}

/** All charts, also folded ones. */
export function chartsOf(blocks: readonly Block[]): readonly Chart[] {
  return blocks.flatMap((block) => {
    if (block.kind === "fold") return chartsOf(block.blocks);
    return block.kind === "chart" ? [block] : [];
  });
}

/** `tone: text` of each notice. */
export function noticesOf(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block) =>
    block.kind === "notice" ? [`${block.tone}: ${plain(block.text)}`] : [],
  );
}

/** `value label` of each tile. */
export function tilesOf(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block) =>
    block.kind === "tiles" ? block.tiles.map(({ value, label }) => `${value} ${label}`) : [],
  );
}

/** A phase that a matrix made of `read`. */
export function pointOf(
  matrix: Readonly<Record<string, string>>,
  rate: number,
  p50Ns: number,
  more: Partial<Summary> = {},
): PhaseResult {
  const settings = Object.entries(matrix).map(([key, value]) => `${key}=${value}`);
  const phase = phasePlan(`read[${settings.join(",")}]`, { matrix });
  return result(phase, [summary("all", rate, 4096, p50Ns, more)]);
}

/** A run of these phases on a volume. */
export function runOf(phases: readonly PhaseResult[], more: Partial<Run> = {}): Run {
  const planned = plan("sweep", [...new Set(phases.map(({ phase }) => phase))]);
  return run("sweep", VOLUME, planned, phases, more);
}

/**
 * Queue depths by block sizes: the smaller the block, the higher the rate. The last depth adds 2%
 * to the one before.
 */
export function twoKeys(depths: readonly string[], sizes: readonly string[]): Run {
  const last = depths.length - 1;
  const rateAt = (step: number): number =>
    10_000 * (step === last && last > 0 ? last * 1.02 : step + 1);
  return runOf(
    sizes.flatMap((blockSize, at) =>
      depths.map((queueDepth, step) =>
        pointOf({ queueDepth, blockSize }, rateAt(step) / (at + 1), 1e5 * (step + at + 1)),
      ),
    ),
  );
}

/** Everything that a reader sees of blocks: tiles, notices, titles, readings, tips, numbers. */
export function wordsOf(blocks: readonly Block[]): readonly string[] {
  const charts = chartsOf(blocks);
  const folds = blocks.flatMap((block) => (block.kind === "fold" ? [plain(block.title)] : []));
  return [
    ...tilesOf(blocks),
    ...noticesOf(blocks),
    ...folds,
    ...charts.flatMap(({ title, reading, figure, numbers }) => [
      plain(title),
      plain(reading),
      ...textsIn(figure),
      ...(numbers?.rows.flat().map(({ text }) => plain(text)) ?? []),
    ]),
  ];
}

function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    typeof one === "string" && ["text", "label", "rate"].includes(key) ? [one] : textsIn(one),
  );
}
