/**
 * Named baselines: stored runs that thresholds compare with, kept in a directory that a CI cache or
 * a repository holds. This file has the command; `named.ts` reads and writes the directory, and
 * `change.ts` describes what a new run changes.
 */

import { join } from "node:path";
import type { Argv } from "yargs";
import { EXIT, UsageError } from "../../model/fault/errors.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { StoredRun } from "../../run/store/read.ts";
import { type Command, type CommandContext, text, texts } from "../command.ts";
import { OUTPUT_GROUP, printOf, printOption } from "../print.ts";
import { BASELINES, baselinesFolder, RESULTS, readNamed } from "../stored.ts";

const ACTIONS = ["save", "show", "update"] as const;

/** `assay baseline`: keeps stored runs as a named baseline for `assay run --baseline`. */
export const BASELINE: Command = {
  usage: "baseline <action> [name] [run..]",
  summary: "keep stored runs as a named baseline for run --baseline",
  examples: [
    ["$0 baseline save main results/*", "Keep runs as the baseline `main`"],
    ["$0 run random-read -t /mnt/data --baseline main", "Compare with it"],
    ["$0 baseline update main RUN", "Replace the run of that scenario and target"],
    ["$0 baseline show main", "Print its runs; without a name: all baselines"],
  ],
  options: (parser: Argv) =>
    parser
      .positional("action", {
        choices: ACTIONS,
        describe: "save runs under a new name, show baselines, or replace runs of one",
      })
      .positional("name", { type: "string", describe: "name of the baseline, e.g. main" })
      .positional("run", {
        type: "string",
        array: true,
        describe: "directory or id of a stored run",
      })
      .option("baselines", { ...BASELINES, group: OUTPUT_GROUP })
      .option("results", { ...RESULTS, group: OUTPUT_GROUP })
      .option("print", printOption(["summary", "json"])),
  async run(parsed, context) {
    const action = ACTIONS.find((one) => one === text(parsed, "action"));
    const name = text(parsed, "name");
    const runs = texts(parsed, "run");
    if (action === "show") {
      const [first] = runs;
      if (first === undefined) return show(parsed, name, context);
      throw new UsageError(`baseline show takes no run, got \`${first}\`; remove it`);
    }
    if (name === undefined || runs.length === 0) {
      throw new UsageError(
        `baseline ${action} requires a name and a run, e.g. baseline ${action} main results/*`,
      );
    }
    return store(action === "update", name, await readNamed(parsed), { parsed, context });
  },
};

interface Call {
  readonly parsed: Readonly<Record<string, unknown>>;
  readonly context: CommandContext;
}

/** Saves runs; `replaces`: the baseline may have a run of their scenario and target. */
async function store(
  replaces: boolean,
  name: string,
  stored: readonly StoredRun[],
  { parsed, context }: Call,
): Promise<number> {
  const { checkName, readNamedBaseline, rejectPlaces, runFor, writeBaseline } = await import(
    "./named.ts"
  );
  const { changeLines, rejectRuns } = await import("./change.ts");
  const folder = join(baselinesFolder(parsed), checkName(name));
  const kept = (await readNamedBaseline(folder)) ?? [];
  rejectRuns(stored.map(({ run }) => run));
  if (replaces && kept.length === 0) {
    throw new UsageError(`no baseline ${folder} to update; make it with \`assay baseline save\``);
  }
  const pairs = stored.map((one) => {
    const { plan, target } = one.run;
    return { next: one, before: runFor(kept, plan.name, target.name) };
  });
  const clash = pairs.find(({ before }) => before !== null && !replaces);
  if (clash !== undefined) {
    const { plan, target } = clash.next.run;
    throw new UsageError(
      `${folder} already has a run of ${pairName({ plan, target })}; replace it with ` +
        "`assay baseline update`",
    );
  }
  rejectPlaces(kept, stored);
  writeBaseline(folder, stored);
  const lines = pairs.flatMap(({ next, before }) => changeLines(next.run, before?.run ?? null));
  const { printable } = await import("../../model/printable.ts");
  const end = [...lines, `stored in ${folder}; use it with \`assay run --baseline ${name}\``];
  await context.console.out(`${end.map(printable).join("\n")}\n`);
  return EXIT.ok;
}

/** A run of a baseline as `--print json` shows it. */
function listedRun({ run, folder }: StoredRun) {
  const { id, plan, target, state, startedAt } = run;
  return { id, folder, scenario: plan.name, target: target.name, state, startedAt };
}

async function show(
  parsed: Readonly<Record<string, unknown>>,
  name: string | undefined,
  { console }: CommandContext,
): Promise<number> {
  const { baselineNames, checkName, readNamedBaseline } = await import("./named.ts");
  const { changeLines } = await import("./change.ts");
  const { printable, printableJson } = await import("../../model/printable.ts");
  const root = baselinesFolder(parsed);
  const names = name === undefined ? baselineNames(root) : [checkName(name)];
  const baselines: { readonly name: string; readonly runs: readonly StoredRun[] }[] = [];
  for (const one of names) {
    const runs = await readNamedBaseline(join(root, one));
    if (runs !== null) baselines.push({ name: one, runs });
    else if (name !== undefined) throw new UsageError(`no baseline ${join(root, one)}`);
  }
  if (printOf(parsed, "summary") === "json") {
    const listed = baselines.map((one) => ({ name: one.name, runs: one.runs.map(listedRun) }));
    await console.out(`${printableJson({ baselines: listed })}\n`);
    return EXIT.ok;
  }
  const lines = baselines.flatMap((one) => [
    one.name,
    ...one.runs.flatMap(({ run }) => changeLines(run, null).map((line) => `  ${line}`)),
  ]);
  const none = `no baselines in ${root}; make one with \`assay baseline save main RUN\``;
  await console.out(`${(lines.length === 0 ? [none] : lines).map(printable).join("\n")}\n`);
  return EXIT.ok;
}
