import type { Argv } from "yargs";
import { printable } from "../../model/printable.ts";
import type { Shipped } from "../../scenario/shipped.ts";
import type { Command, CommandContext } from "../command.ts";
import { RESULTS, resultsFolder } from "../stored.ts";
import { targetOptions } from "../target-options.ts";
import { targetsOf } from "../targets.ts";

/** `assay list`: scenarios, stored runs, and what runs left in a target. */
export const LIST: Command = {
  usage: "list",
  summary: "list scenarios, stored runs and data left in targets",
  examples: [
    ["$0 list", "List shipped scenarios and stored runs"],
    ["$0 list --target /mnt/data", "Also list data that runs left in a target"],
  ],
  options: (parser: Argv) =>
    targetOptions(parser.option("results", { ...RESULTS, group: "List:" })),
  async run(parsed, context) {
    const { listScenarios } = await import("../../scenario/shipped.ts");
    const { STATE_WORDS } = await import("../../report/parts/format.ts");
    const { listRuns } = await import("../../run/store/read.ts");
    const folder = resultsFolder(parsed);
    const scenarios = await listScenarios();
    const width = Math.max(...scenarios.map(({ name }) => name.length));
    const lineOf = ({ name, title }: Shipped) => `  ${name.padEnd(width)}  ${title}`;
    const lines = ["Scenarios", ...scenarios.filter(({ ofGuide }) => !ofGuide).map(lineOf)];
    lines.push("", "Scenarios of the guide, all of them by `assay run guide`");
    lines.push(...scenarios.filter(({ ofGuide }) => ofGuide).map(lineOf));
    const { runs, unreadable } = await listRuns(folder);
    lines.push("", `Runs in ${folder}${runs.length + unreadable.length === 0 ? ": none" : ""}`);
    for (const { run } of runs) {
      const state = run.state === "complete" ? "complete" : STATE_WORDS[run.state];
      lines.push(`  ${run.id}  ${state}  ${run.target.kind}`);
    }
    for (const { name, problem } of unreadable) lines.push(`  ${name}  unreadable: ${problem}`);
    lines.push(...(await leftovers(parsed, context)));
    await context.console.out(`${lines.map(printable).join("\n")}\n`);
    return 0;
  },
};

async function leftovers(
  parsed: Readonly<Record<string, unknown>>,
  context: CommandContext,
): Promise<readonly string[]> {
  const { findLeftovers } = await import("../../storage/index.ts");
  const { awaited } = await import("../live/waiting.ts");
  const { console, interrupt } = context;
  const lines: string[] = [];
  for (const target of await targetsOf(parsed, context)) {
    const finding = findLeftovers(target, "look", interrupt.signal);
    const found = await awaited(console, target, finding);
    lines.push("", `Data of runs in ${target.name}${found.length === 0 ? ": none" : ""}`);
    for (const { runId, live, kept, problem } of found) {
      const state = problem ?? (live ? "running" : kept ? "kept" : "left behind");
      lines.push(`  ${runId}  ${state}`);
    }
  }
  return lines;
}
