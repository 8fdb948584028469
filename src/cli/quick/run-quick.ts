import { PreflightError, UsageError } from "../../model/fault/errors.ts";
import { printableJson } from "../../model/printable.ts";
import { onTarget } from "../../model/run/pair-name.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { formatDuration } from "../../report/parts/format.ts";
import type { QuickNotes } from "../../report/screen/quick-limits.ts";
import { quickScreen } from "../../report/screen/quick-screen.ts";
import { renderScreen } from "../../report/screen/screen.ts";
import type { FinishedRun } from "../../run/request.ts";
import { partsOf, type QuickParts } from "../../scenario/preflight/quick.ts";
import { surveyTarget } from "../../storage/index.ts";
import type { CommandContext } from "../command.ts";
import { reportFile } from "../pages/report-file.ts";
import { parseBudget } from "../running/estimates.ts";
import type { RunOptions } from "../running/run-one.ts";
import { withRuns } from "../running/running.ts";
import { targetsOf } from "../targets.ts";
import { answerOf } from "./answer.ts";
import { detectStorage } from "./detect.ts";
import { DEFAULT_BUDGET_NS, environmentOf, type QuickSettings, quickSettings } from "./settings.ts";

/** Runs `assay quick`; returns its exit code. */
export async function runQuick(
  options: Omit<RunOptions, "scenarios">,
  budget: string | undefined,
  context: CommandContext,
): Promise<number> {
  const { console, env } = context;
  const { target, parsed, storage } = await identify(options, context);
  const parts = partsOf(target);
  await requireUsable(parts, target);
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

/** Checks the target before its plan is described; a bucket is checked by the run itself. */
async function requireUsable({ scenario }: QuickParts, target: TargetSpec): Promise<void> {
  if (target.address.kind === "bucket") return;
  try {
    await surveyTarget(target);
  } catch (error) {
    if (!(error instanceof PreflightError)) throw error;
    throw new PreflightError(`${onTarget(scenario, target.name)}: ${error.message}`);
  }
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
