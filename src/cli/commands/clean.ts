import type { Argv } from "yargs";
import { orAborted } from "../../model/abort.ts";
import { EXIT, PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { CleanReport } from "../../storage/target/target.ts";
import type { CleanLog } from "../clean-log.ts";
import { type Command, flag, type Interruptible, texts } from "../command.ts";
import { printOf, printOption } from "../print.ts";
import { RESULTS, resultsFolder } from "../stored.ts";
import { CLEANUP_TIMEOUT, cleanupTimeoutMs, DATA_GROUP, targetOptions } from "../target-options.ts";
import { targetsOf } from "../targets.ts";
import type { Cleaner } from "./cleaner.ts";

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
        .option("results", { ...RESULTS, group: DATA_GROUP })
        .option("print", printOption(["summary", "json"])),
    ),
  async run(parsed, context) {
    const { console, interrupt } = context;
    const named = texts(parsed, "run");
    const targets = await orAborted(targetsOf(parsed, context), interrupt.signal);
    const folder = resultsFolder(parsed);
    if (named.length === 0 && targets.length === 0) {
      throw new UsageError("nothing to clean; name a run, or a target with --target");
    }
    const [target] = targets;
    const { CleanLog } = await import("../clean-log.ts");
    const log = new CleanLog(console);
    const { Cleaner } = await import("./cleaner.ts");
    const cleaner = new Cleaner(console, cleanupTimeoutMs(parsed), interrupt.signal);
    interrupt.duty = () => "ending the cleanup and reporting what is left";
    interrupt.endsWithinMs = ENDS_WITHIN_MS;
    try {
      for (const name of named) {
        await cleanNamed(name, target, folder, { cleaner, log }, interrupt);
      }
      if (named.length === 0) {
        for (const one of targets) await cleanAll(one, parsed, { cleaner, log });
      }
    } finally {
      cleaner.close();
    }
    if (printOf(parsed, "summary") === "json") await log.printJson();
    if (interrupt.signal.aborted) return EXIT.interrupted;
    // The user must correct an unknown name, whatever else was cleaned.
    if (log.has("unknown")) return EXIT.usage;
    return log.has("left") ? EXIT.machine : EXIT.ok;
  },
};

/** Time for a target to stop and for the report of what is left. */
const ENDS_WITHIN_MS = 5000;

/** Facts that all cleanups of a command share. */
interface Cleaning {
  readonly cleaner: Cleaner;
  readonly log: CleanLog;
}

/** Cleans up after one run; with a target, also if its results no longer exist. */
async function cleanNamed(
  name: string,
  target: TargetSpec | undefined,
  folder: string,
  cleaning: Cleaning,
  interrupt: Interruptible,
): Promise<void> {
  const { readRun } = await import("../../run/store/read.ts");
  const { runIdOf } = await import("../../storage/ownership/manifest.ts");
  if (target === undefined) {
    const { run } = await readRun(name, folder).catch((error: unknown) => {
      if (!(error instanceof UsageError) || runIdOf(name) === name) throw error;
      return readRun(runIdOf(name), folder);
    });
    interrupt.watch([run.target]);
    return cleanOne(run.target, run.id, cleaning, () => null);
  }
  const id = runIdOf(name);
  return cleanOne(target, id, cleaning, async () => {
    const stored = await readRun(id, folder).catch(() => null);
    if (stored === null) return unknownRun(target, cleaning.cleaner);
    const { elsewhere } = await import("./elsewhere.ts");
    const other = elsewhere(stored.run.target.address, target.address);
    return other === null ? null : `no data found in ${target.name}: that run ${other}`;
  });
}

/** Returns the sentence for a run that neither the target nor the results directory has. */
async function unknownRun(target: TargetSpec, cleaner: Cleaner): Promise<string> {
  const { findLeftovers } = await import("../../storage/index.ts");
  const found = await cleaner.ask(target, (signal) => findLeftovers(target, "look", signal));
  const known = found.map(({ runId }) => runId);
  const newest = known.slice(-3).join(", ");
  const hint =
    known.length === 0 ? "no run left data there" : `${known.length} left data there: ${newest}`;
  const earlier = known.length > 3 ? " and earlier" : "";
  return `there is no such run in ${target.name}; ${hint}${earlier}`;
}

async function cleanAll(
  target: TargetSpec,
  parsed: Readonly<Record<string, unknown>>,
  cleaning: Cleaning,
): Promise<void> {
  const { findLeftovers } = await import("../../storage/index.ts");
  const { cleaner, log } = cleaning;
  const found = await cleaner.ask(target, (signal) => findLeftovers(target, "write", signal));
  for (const { runId, where, live, kept, problem, hasKnownFiles } of found) {
    const run = { run: runId, target: target.name };
    if (live) log.add({ ...run, result: "running", messages: ["still running, not removed"] });
    else if (kept && !flag(parsed, "kept")) {
      const messages = ["kept by --keep-data, not removed; --kept removes it"];
      log.add({ ...run, result: "kept", messages });
    } else if (!hasKnownFiles) {
      const unclear = `${where} ${problem}, so its files are not known and nothing was removed`;
      log.add({ ...run, result: "left", messages: [`${unclear}; check them and remove them`] });
    } else await cleanOne(target, runId, cleaning, () => null);
  }
}

/** @param whenAbsent returns why a run without data is unknown; null if it is known */
async function cleanOne(
  target: TargetSpec,
  runId: string,
  { cleaner, log }: Cleaning,
  whenAbsent: () => Promise<string | null> | null,
): Promise<void> {
  const { cleanTarget } = await import("../../storage/index.ts");
  const run = { run: runId, target: target.name };
  if (cleaner.over !== null) {
    return log.add({ ...run, result: "left", messages: [cleaner.over] });
  }
  let report: CleanReport;
  try {
    report = await cleaner.clean(target, (options) => cleanTarget(target, runId, options));
  } catch (error) {
    // One run that cannot be cleaned must not prevent the cleanup of the others.
    if (!(error instanceof PreflightError)) throw error;
    return log.add({ ...run, result: "left", messages: [error.message] });
  }
  if (report.absent === true) {
    const unknown = await whenAbsent();
    if (unknown !== null) return log.add({ ...run, result: "unknown", messages: [unknown] });
    const messages = [`no data of this run is in ${target.name}`];
    return log.add({ ...run, result: "nothing", messages });
  }
  const messages = [await removedText(report), ...report.left, ...(report.notes ?? [])];
  const result = report.left.length === 0 ? "removed" : "left";
  log.add({ ...run, result, messages }, report);
}

async function removedText(report: CleanReport): Promise<string> {
  const { formatBytes, formatCount } = await import("../../report/parts/format.ts");
  const { leftFiles = 0, listedFiles = 0, removedFiles, removedBytes } = report;
  const removed = `removed ${formatCount(removedFiles)} files, ${formatBytes(removedBytes)}`;
  if (leftFiles === 0) return removed;
  const left = `${formatCount(leftFiles)} of the ${formatCount(listedFiles)} files`;
  return `${removed}; ${left} that its manifest lists may be left`;
}
