import { UsageError } from "../../model/fault/errors.ts";
import { BLOCKS, MODIFIES } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import { printableJson } from "../../model/printable.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { formatDuration } from "../../report/parts/format.ts";
import type { QuickNotes } from "../../report/screen/quick-limits.ts";
import { quickScreen } from "../../report/screen/quick-screen.ts";
import { renderScreen } from "../../report/screen/screen.ts";
import type { FinishedRun } from "../../run/request.ts";
import type { CommandContext } from "../command.ts";
import { reportFile } from "../pages/pages.ts";
import { parseBudget } from "../running/estimates.ts";
import type { RunOptions } from "../running/run-one.ts";
import { withRuns } from "../running/running.ts";
import { targetsOf } from "../targets.ts";
import { answerOf } from "./answer.ts";
import { detectStorage } from "./detect.ts";
import { DEFAULT_BUDGET_NS, environmentOf, type QuickSettings, quickSettings } from "./settings.ts";

/** Parts of a quick run by what the target allows. */
interface QuickParts {
  readonly scenario: "quick" | "quick-bucket";
  /** Phases that time ends. */
  readonly timedPhases: number;
  readonly includes: (phase: PhasePlan) => boolean;
  readonly leftOut: string | null;
}

/** Runs `assay quick`; returns its exit code. */
export async function runQuick(
  options: Omit<RunOptions, "scenarios">,
  budget: string | undefined,
  context: CommandContext,
): Promise<number> {
  const { console, env } = context;
  const { target, parsed, storage } = await identify(options, context);
  const parts = partsOf(target);
  const budgetNs = parseBudget(budget) ?? DEFAULT_BUDGET_NS;
  const settings = quickSettings(budgetNs, parts.timedPhases);
  const notes = { storage, leftOut: parts.leftOut };
  if (!options.quiet) {
    for (const line of firstLines(target, parts, settings, budgetNs, notes))
      console.error(`${line}\n`);
  }
  const own = { ...context, env: { ...environmentOf(settings), ...env } };
  const isOwn = options.print === "summary" || options.print === "json";
  const request: RunOptions = {
    ...options,
    scenarios: [parts.scenario],
    phases: parts.includes,
    // Also shortens the phases where the preparation turns out to be slow.
    budgetNs,
    parsed,
    print: isOwn ? "nothing" : options.print,
  };
  return withRuns(request, own, async ({ pairs, run, finished }) => {
    const [pair] = pairs;
    if (pair === undefined) throw new UsageError(`nothing can be measured on ${target.name}`);
    const code = await run(pair);
    const [stored] = finished;
    if (stored !== undefined && isOwn) await print(stored, options, notes, context);
    return code;
  });
}

/** Reads the only target; its kind is detected if it is not declared. */
async function identify(options: Omit<RunOptions, "scenarios">, context: CommandContext) {
  const { parsed } = options;
  const [target, ...others] = await targetsOf(parsed, context);
  if (target === undefined) {
    throw new UsageError(
      "no target: name a directory, device or bucket, e.g. `assay quick /mnt/data`",
    );
  }
  if (others.length > 0) {
    throw new UsageError(
      `\`assay quick\` measures one target, got ${others.length + 1}; run it once per target`,
    );
  }
  const isDeclared = parsed.kind !== undefined || parsed.targets !== undefined;
  if (isDeclared || parsed.emulated === true) return { target, parsed, storage: null };
  const detected = await detectStorage(target, { offline: options.offline, env: context.env });
  const storage = [detected.storage, detected.missing].filter((one) => one !== null).join("; ");
  const known = { storage: storage === "" ? null : storage };
  if (detected.kind === null) return { target, parsed, ...known };
  return {
    target: { ...target, kind: detected.kind },
    parsed: { ...parsed, kind: detected.kind },
    ...known,
  };
}

function partsOf({ address }: TargetSpec): QuickParts {
  if (address.kind === "bucket") {
    return {
      scenario: "quick-bucket",
      timedPhases: 10,
      includes: () => true,
      leftOut: null,
    };
  }
  const all = { scenario: "quick", timedPhases: 12 } as const;
  if (address.kind === "path") return { ...all, includes: () => true, leftOut: null };
  const operations = ({ mix }: PhasePlan) => mix.map(({ operation }) => operation);
  const isOfBlocks = (phase: PhasePlan) => operations(phase).every((one) => BLOCKS.has(one));
  const isWritable = address.kind === "memory" || address.writable;
  if (isWritable) {
    const leftOut = "small files: the target has no files";
    return { ...all, includes: isOfBlocks, leftOut };
  }
  return {
    ...all,
    timedPhases: 8,
    includes: (phase) => isOfBlocks(phase) && !operations(phase).some((one) => MODIFIES.has(one)),
    leftOut: "writes (they need --allow-destructive) and small files (a device has none)",
  };
}

/** The lines before the first phase: detected storage, time and sizes. */
function firstLines(
  { name }: TargetSpec,
  { timedPhases }: QuickParts,
  { warmupNs, durationNs }: QuickSettings,
  budgetNs: number,
  { storage, leftOut }: QuickNotes,
): readonly string[] {
  const phase = formatDuration(warmupNs + durationNs);
  return [
    ...(storage === null ? [] : [`${name}: ${storage}`]),
    ...(leftOut === null ? [] : [`left out: ${leftOut}`]),
    `about ${formatDuration(budgetNs)}: ${timedPhases} phases of ${phase}, and preparation`,
  ];
}

async function print(
  { run, folder }: FinishedRun,
  options: Omit<RunOptions, "scenarios">,
  notes: QuickNotes,
  { console }: CommandContext,
): Promise<void> {
  const answer = await answerOf(run, folder);
  if (options.print === "json") {
    return console.out(`${printableJson({ ...answer, ...notes, runs: [{ folder, ...run }] })}\n`);
  }
  const screen = quickScreen(run, { folder, file: reportFile(folder) }, answer, notes);
  const { pageColumns, colour } = console;
  await console.out(renderScreen(screen, { columns: pageColumns, color: colour }));
}
