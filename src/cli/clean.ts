import type { Argv } from "yargs";
import { EXIT, PreflightError, UsageError } from "../model/errors.ts";
import type { TargetSpec } from "../model/target.ts";
import type { CleanReport } from "../target/target.ts";
import { type Command, flag, texts } from "./command.ts";
import type { Console } from "./console.ts";
import { RESULTS, resultsFolder } from "./stored.ts";
import { targetOptions, targetsOf } from "./targets.ts";

/** `assay clean`: removes what runs left in their targets, by their manifests and nothing else. */
export const CLEAN: Command = {
  usage: "clean [run..]",
  summary: "remove the data that runs left in their targets",
  examples: [
    ["$0 clean 20261123-0847-random-read-gp3-1f3a", "what that run left in its target"],
    ["$0 clean --target /mnt/data", "what all dead runs left there; kept data stays"],
    ["$0 clean --target /mnt/data --kept", "kept data as well"],
  ],
  options: (parser: Argv) =>
    targetOptions(
      parser.positional("run", {
        type: "string",
        array: true,
        describe: "folders or ids of stored runs, or names assay-<id> in a target",
      }),
    )
      .option("kept", { type: "boolean", describe: "remove data that was kept, too" })
      .option("results", RESULTS),
  async run(parsed, { console }) {
    const named = texts(parsed, "run");
    const targets = await targetsOf(parsed);
    const folder = resultsFolder(parsed);
    if (named.length === 0 && targets.length === 0) {
      throw new UsageError("clean what? name a run, or a target with --target");
    }
    const [target] = targets;
    const ends: End[] = [];
    for (const name of named) ends.push(await cleanNamed(name, target, folder, console));
    if (named.length === 0) {
      for (const one of targets) ends.push(...(await cleanAll(one, parsed, console)));
    }
    // A wrong name is the user's to correct, whatever else was cleaned.
    if (ends.includes("unknown")) return EXIT.usage;
    return ends.includes("left") ? EXIT.machine : EXIT.ok;
  },
};

/** How the clean-up of one run ended; `unknown`: there is no such run. */
type End = "clean" | "left" | "unknown";

/** Cleans up after one run. With a target, also after one whose results are gone. */
async function cleanNamed(
  name: string,
  target: TargetSpec | undefined,
  folder: string,
  console: Console,
): Promise<End> {
  const { readRun } = await import("../run/read.ts");
  const { runIdOf } = await import("../target/manifest.ts");
  if (target === undefined) {
    const { run } = await readRun(name, folder).catch((error: unknown) => {
      if (!(error instanceof UsageError) || runIdOf(name) === name) throw error;
      return readRun(runIdOf(name), folder);
    });
    return cleanOne(run.target, run.id, console, () => null);
  }
  const id = runIdOf(name);
  return cleanOne(target, id, console, async () => {
    const isStored = await readRun(id, folder).then(
      () => true,
      () => false,
    );
    return isStored ? null : unknownRun(id, target);
  });
}

/** The sentence for a run that neither the target nor the results folder has. */
async function unknownRun(id: string, target: TargetSpec): Promise<string> {
  const { findLeftovers } = await import("../target/index.ts");
  const known = (await findLeftovers(target, "look")).map(({ runId }) => runId);
  const newest = known.slice(-3).join(", ");
  const hint =
    known.length === 0 ? "no run left data there" : `${known.length} left data there: ${newest}`;
  const earlier = known.length > 3 ? " and earlier" : "";
  return `there is no run ${id} in ${target.name}; ${hint}${earlier}`;
}

async function cleanAll(
  target: TargetSpec,
  parsed: Readonly<Record<string, unknown>>,
  console: Console,
): Promise<readonly End[]> {
  const { findLeftovers } = await import("../target/index.ts");
  const ends: End[] = [];
  for (const { runId, live, kept, problem } of await findLeftovers(target)) {
    if (live) console.error(`${runId}: still running, left alone\n`);
    else if (kept && !flag(parsed, "kept")) console.error(`${runId}: kept, left alone\n`);
    else if (problem !== null) {
      console.error(`${runId}: ${problem}\n`);
      ends.push("left");
    } else ends.push(await cleanOne(target, runId, console, () => null));
  }
  return ends;
}

/** @param whenAbsent why a run that left nothing is unknown; null if it is known all the same */
async function cleanOne(
  target: TargetSpec,
  runId: string,
  console: Console,
  whenAbsent: () => Promise<string | null> | null,
): Promise<End> {
  const { cleanTarget } = await import("../target/index.ts");
  const { formatBytes, formatCount } = await import("../report/format.ts");
  let report: CleanReport;
  try {
    report = await cleanTarget(target, runId);
  } catch (error) {
    // One run that cannot be cleaned must not keep the others from it.
    if (!(error instanceof PreflightError)) throw error;
    console.error(`${runId}: ${error.message}\n`);
    return "left";
  }
  const unknown = report.absent === true ? await whenAbsent() : null;
  if (unknown !== null) {
    console.error(`${unknown}\n`);
    return "unknown";
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
