import type { Argv } from "yargs";
import { EXIT, UsageError } from "../model/errors.ts";
import type { TargetSpec } from "../model/target.ts";
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
        describe: "folders or ids of stored runs",
      }),
    )
      .option("kept", { type: "boolean", describe: "remove data that was kept, too" })
      .option("results", RESULTS),
  async run(parsed, { console }) {
    const { readRun } = await import("../run/read.ts");
    const named = texts(parsed, "run");
    const targets = await targetsOf(parsed);
    const folder = resultsFolder(parsed);
    if (named.length === 0 && targets.length === 0) {
      throw new UsageError("clean what? name a run, or a target with --target");
    }
    let clean = true;
    for (const name of named) {
      const [target] = targets;
      // With a target, a run can be cleaned whose results are gone.
      const { id, spec } =
        target === undefined
          ? await readRun(name, folder).then(({ run }) => ({ id: run.id, spec: run.target }))
          : { id: name, spec: target };
      clean = (await cleanOne(spec, id, console)) && clean;
    }
    if (named.length === 0) {
      for (const target of targets) clean = (await cleanAll(target, parsed, console)) && clean;
    }
    return clean ? EXIT.ok : EXIT.machine;
  },
};

async function cleanAll(
  target: TargetSpec,
  parsed: Readonly<Record<string, unknown>>,
  console: Console,
): Promise<boolean> {
  const { findLeftovers } = await import("../target/index.ts");
  let clean = true;
  for (const { runId, live, kept, problem } of await findLeftovers(target)) {
    if (live) console.error(`${runId}: still running, left alone\n`);
    else if (kept && !flag(parsed, "kept")) console.error(`${runId}: kept, left alone\n`);
    else if (problem !== null) {
      console.error(`${runId}: ${problem}\n`);
      clean = false;
    } else clean = (await cleanOne(target, runId, console)) && clean;
  }
  return clean;
}

async function cleanOne(target: TargetSpec, runId: string, console: Console): Promise<boolean> {
  const { cleanTarget } = await import("../target/index.ts");
  const { formatBytes, formatCount } = await import("../report/format.ts");
  const report = await cleanTarget(target, runId);
  const files = `${formatCount(report.removedFiles)} files`;
  console.error(`${runId}: removed ${files}, ${formatBytes(report.removedBytes)}\n`);
  for (const sentence of report.left) console.error(`${runId}: ${sentence}\n`);
  return report.left.length === 0;
}
