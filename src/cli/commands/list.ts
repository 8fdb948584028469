import type { Argv } from "yargs";
import { printable, printableJson } from "../../model/printable.ts";
import type { Shipped } from "../../scenario/shipped.ts";
import type { Leftover } from "../../storage/target/target.ts";
import type { Command, CommandContext } from "../command.ts";
import { OUTPUT_GROUP, printOf, printOption } from "../print.ts";
import { RESULTS, resultsFolder } from "../stored.ts";
import { targetOptions } from "../target-options.ts";
import { targetsOf } from "../targets.ts";

/** `assay list`: scenarios, stored runs and the data that runs left in a target. */
export const LIST: Command = {
  usage: "list",
  summary: "list scenarios, stored runs and data left in targets",
  examples: [
    ["$0 list", "List shipped scenarios and stored runs, newest first"],
    ["$0 list --target /mnt/data", "Also list data that runs left in a target"],
    ["$0 list --print json", "The same for programs, in base units"],
  ],
  options: (parser: Argv) =>
    targetOptions(
      parser
        .option("results", { ...RESULTS, group: OUTPUT_GROUP })
        .option("print", printOption(["summary", "json"])),
    ),
  async run(parsed, context) {
    const { listScenarios } = await import("../../scenario/shipped.ts");
    const { listHeadings } = await import("../../run/store/read.ts");
    const { listedRuns, runLines } = await import("./listed-runs.ts");
    const { console } = context;
    const folder = resultsFolder(parsed);
    const scenarios = await listScenarios();
    const { runs: stored, unreadable } = await listHeadings(folder);
    const runs = listedRuns(stored);
    const targets = await leftovers(parsed, context);
    if (printOf(parsed, "summary") === "json") {
      await console.out(`${printableJson({ scenarios, runs, unreadable, targets })}\n`);
      return 0;
    }
    const count = runs.length + unreadable.length;
    const lines = [
      ...scenarioLines(scenarios),
      `Runs in ${folder}${count === 0 ? ": none" : ", newest first; numbers of the longest phase"}`,
      ...runLines(runs, console.pageColumns),
      ...unreadable.map(({ name, problem }) => `  ${name}  unreadable: ${problem}`),
      ...targets.flatMap(({ target, data }) => [
        "",
        `Data of runs in ${target}${data.length === 0 ? ": none" : ""}`,
        ...data.map(({ run, state }) => `  ${run}  ${state}`),
      ]),
    ];
    await console.out(`${lines.map(printable).join("\n")}\n`);
    return 0;
  },
};

function scenarioLines(scenarios: readonly Shipped[]): readonly string[] {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  const lineOf = ({ name, title }: Shipped) => `  ${name.padEnd(width)}  ${title}`;
  return [
    "Scenarios",
    ...scenarios.filter(({ ofGuide }) => !ofGuide).map(lineOf),
    "",
    "Scenarios of the guide; `assay run guide` runs all of them",
    ...scenarios.filter(({ ofGuide }) => ofGuide).map(lineOf),
    "",
  ];
}

/** Data that runs left in each target of the command line. */
async function leftovers(
  parsed: Readonly<Record<string, unknown>>,
  context: CommandContext,
): Promise<readonly { target: string; data: readonly { run: string; state: string }[] }[]> {
  const { console, interrupt } = context;
  const targets: { target: string; data: readonly { run: string; state: string }[] }[] = [];
  for (const target of await targetsOf(parsed, context)) {
    const { findLeftovers } = await import("../../storage/index.ts");
    const { awaited } = await import("../live/waiting.ts");
    const finding = findLeftovers(target, "look", interrupt.signal);
    const found = await awaited(console, target, finding);
    const data = found.map((one) => ({ run: one.runId, state: stateOf(one) }));
    targets.push({ target: target.name, data });
  }
  return targets;
}

function stateOf({ live, kept, problem }: Leftover): string {
  return problem ?? (live ? "running" : kept ? "kept" : "left behind");
}
