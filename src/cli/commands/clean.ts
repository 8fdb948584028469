import type { Argv } from "yargs";
import { orAborted } from "../../model/abort.ts";
import { EXIT, PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { CleanReport } from "../../storage/target/target.ts";
import { type Command, flag, type Interruptible, texts } from "../command.ts";
import { RESULTS, resultsFolder } from "../stored.ts";
import { CLEANUP_TIMEOUT, cleanupTimeoutMs, DATA_GROUP, targetOptions } from "../target-options.ts";
import { targetsOf } from "../targets.ts";
import type { Cleaner } from "./cleaner.ts";
import { elsewhere } from "./elsewhere.ts";

/** `assay clean`: removes data that runs left in their targets, as listed by their manifests. */
export const CLEAN: Command = {
  endsItself: true,
  usage: "clean [run..]",
  summary: "remove the data that runs left in their targets",
  examples: [
    ["$0 clean RUN", "Remove the data of one run from its target"],
    ["$0 clean --target /mnt/data", "Remove the data of all ended runs, except kept data"],
    ["$0 clean --target /mnt/data --kept", "Also remove kept data"],
  ],
  options: (parser: Argv) =>
    targetOptions(
      parser
        .positional("run", {
          type: "string",
          array: true,
          describe: "directory or id of a stored run, or name assay-<id> in a target",
        })
        .option("kept", {
          type: "boolean",
          group: DATA_GROUP,
          describe: "also remove data that --keep-data kept",
        })
        .option("cleanup-timeout", CLEANUP_TIMEOUT)
        .option("results", { ...RESULTS, group: DATA_GROUP }),
    ),
  async run(parsed, context) {
    const { console, interrupt } = context;
    const named = texts(parsed, "run");
    const targets = await orAborted(targetsOf(parsed, context), interrupt.signal);
    const folder = resultsFolder(parsed);
    if (named.length === 0 && targets.length === 0) {
      throw new UsageError("clean what? name a run, or a target with --target");
    }
    const [target] = targets;
    const ends: End[] = [];
    const { Cleaner } = await import("./cleaner.ts");
    const cleaner = new Cleaner(console, cleanupTimeoutMs(parsed), interrupt.signal);
    interrupt.duty = () => "ending the cleanup and reporting what is left";
    interrupt.endsWithinMs = ENDS_WITHIN_MS;
    try {
      for (const name of named)
        ends.push(await cleanNamed(name, target, folder, cleaner, interrupt));
      if (named.length === 0) {
        for (const one of targets) ends.push(...(await cleanAll(one, parsed, cleaner)));
      }
    } finally {
      cleaner.close();
    }
    if (interrupt.signal.aborted) return EXIT.interrupted;
    // A wrong name is the user's to correct, whatever else was cleaned.
    if (ends.includes("unknown")) return EXIT.usage;
    return ends.includes("left") ? EXIT.machine : EXIT.ok;
  },
};

/** Time for a target to stop and for the report of what is left. */
const ENDS_WITHIN_MS = 5000;

/** How the clean-up of one run ended; `unknown`: there is no such run. */
type End = "clean" | "left" | "unknown";

/** Cleans up after one run. With a target, also after one whose results are gone. */
async function cleanNamed(
  name: string,
  target: TargetSpec | undefined,
  folder: string,
  cleaner: Cleaner,
  interrupt: Interruptible,
): Promise<End> {
  const { readRun } = await import("../../run/store/read.ts");
  const { runIdOf } = await import("../../storage/ownership/manifest.ts");
  if (target === undefined) {
    const { run } = await readRun(name, folder).catch((error: unknown) => {
      if (!(error instanceof UsageError) || runIdOf(name) === name) throw error;
      return readRun(runIdOf(name), folder);
    });
    interrupt.watch([run.target]);
    return cleanOne(run.target, run.id, cleaner, () => null);
  }
  const id = runIdOf(name);
  return cleanOne(target, id, cleaner, async () => {
    const stored = await readRun(id, folder).catch(() => null);
    if (stored === null) return unknownRun(id, target, cleaner);
    const other = elsewhere(stored.run.target.address, target.address);
    return other === null ? null : `${id}: nothing of it was found there: that run ${other}`;
  });
}

/** The sentence for a run that neither the target nor the results folder has. */
async function unknownRun(id: string, target: TargetSpec, cleaner: Cleaner): Promise<string> {
  const { findLeftovers } = await import("../../storage/index.ts");
  const found = await cleaner.ask(target, (signal) => findLeftovers(target, "look", signal));
  const known = found.map(({ runId }) => runId);
  const newest = known.slice(-3).join(", ");
  const hint =
    known.length === 0 ? "no run left data there" : `${known.length} left data there: ${newest}`;
  const earlier = known.length > 3 ? " and earlier" : "";
  return `there is no run ${id} in ${target.name}; ${hint}${earlier}`;
}

async function cleanAll(
  target: TargetSpec,
  parsed: Readonly<Record<string, unknown>>,
  cleaner: Cleaner,
): Promise<readonly End[]> {
  const { findLeftovers } = await import("../../storage/index.ts");
  const { console } = cleaner;
  const ends: End[] = [];
  const found = await cleaner.ask(target, (signal) => findLeftovers(target, "write", signal));
  for (const { runId, where, live, kept, problem } of found) {
    if (live) console.error(`${runId}: still running, left alone\n`);
    else if (kept && !flag(parsed, "kept")) console.error(`${runId}: kept, left alone\n`);
    else if (problem !== null) {
      console.error(
        `${runId}: ${where} ${problem}, so what belongs to it is not known; nothing was removed: ` +
          "look at what is there, and remove it by hand\n",
      );
      ends.push("left");
    } else ends.push(await cleanOne(target, runId, cleaner, () => null));
  }
  return ends;
}

/** @param whenAbsent why a run that left nothing is unknown; null if it is known all the same */
async function cleanOne(
  target: TargetSpec,
  runId: string,
  cleaner: Cleaner,
  whenAbsent: () => Promise<string | null> | null,
): Promise<End> {
  const { cleanTarget } = await import("../../storage/index.ts");
  const { formatBytes, formatCount } = await import("../../report/parts/format.ts");
  const { console, over } = cleaner;
  if (over !== null) {
    console.error(`${runId}: ${over}\n`);
    return "left";
  }
  let report: CleanReport;
  try {
    report = await cleaner.clean(target, (options) => cleanTarget(target, runId, options));
  } catch (error) {
    // One run that cannot be cleaned must not keep the others from it.
    if (!(error instanceof PreflightError)) throw error;
    console.error(`${runId}: ${error.message}\n`);
    return "left";
  }
  if (report.absent === true) {
    const unknown = await whenAbsent();
    console.error(`${unknown ?? `${runId}: nothing of it is in ${target.name}`}\n`);
    return unknown === null ? "clean" : "unknown";
  }
  const files = `${formatCount(report.removedFiles)} files`;
  const { leftFiles = 0, listedFiles = 0 } = report;
  const rest =
    leftFiles === 0
      ? ""
      : `; ${formatCount(leftFiles)} of the ${formatCount(listedFiles)} files that its manifest ` +
        "lists may be left";
  console.error(`${runId}: removed ${files}, ${formatBytes(report.removedBytes)}${rest}\n`);
  for (const sentence of [...report.left, ...(report.notes ?? [])]) {
    console.error(`${runId}: ${sentence}\n`);
  }
  return report.left.length === 0 ? "clean" : "left";
}
