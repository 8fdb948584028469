import type { Argv } from "yargs";
import { EXIT, ScenarioError } from "../../model/fault/errors.ts";
import { printableJson } from "../../model/printable.ts";
import { onTarget } from "../../model/run/pair-name.ts";
import type { CheckResult } from "../../report/check/check.ts";
import { type Command, flag, texts } from "../command.ts";
import { type Console, sayLines } from "../console.ts";
import { hostOptions, hostOptionsOf } from "../hosts/options.ts";
import { printOptions, printResult } from "../print.ts";
import { destructiveOptions, OFFLINE, targetOptions } from "../target-options.ts";
import { targetsOf } from "../targets.ts";

/** `assay check`: checks scenarios, targets and this host without any load. */
export const CHECK: Command = {
  usage: "check [scenario..]",
  summary: "check scenarios, targets and this host without running anything",
  examples: [
    ["$0 check", "Show what this host supports"],
    ["$0 check my.yaml", "Check a scenario file"],
    ["$0 check random-read --target /mnt/data", "Check whether a target supports a scenario"],
    ["$0 check shared-read -t /mnt/efs --hosts a,b", "Check the hosts, and whether they share it"],
  ],
  options: (parser: Argv) =>
    targetOptions(
      hostOptions(destructiveOptions(printOptions(parser)))
        .positional("scenario", {
          type: "string",
          array: true,
          describe: "scenario file, directory of scenarios, or name from `assay list`",
        })
        .option("set", {
          type: "string",
          array: true,
          nargs: 1,
          group: "Check:",
          describe: "set a value of the scenarios, as in `assay run`",
        }),
    ).option("offline", OFFLINE),
  async run(parsed, context) {
    const hosts = await hostOptionsOf(parsed);
    if (hosts !== null) {
      const { checkOnHosts } = await import("../checking/hosts.ts");
      return checkOnHosts(hosts, parsed, context);
    }
    const { check } = await import("../checking/checking.ts");
    const { checkReport } = await import("../../report/check/document.ts");
    const { checkScreen } = await import("../../report/check/screen.ts");
    const result = await check(
      {
        scenarios: texts(parsed, "scenario"),
        targets: await targetsOf(parsed, context),
        set: texts(parsed, "set"),
        offline: flag(parsed, "offline"),
      },
      context,
    );
    printReasons(result, context.console);
    const { pageOf } = await import("../pages/pages.ts");
    const document = checkReport(result);
    const printed = {
      document,
      screen: checkScreen(result),
      page: pageOf(document, ".", "check.html"),
      json: () => `${printableJson(result)}\n`,
    };
    await printResult(printed, parsed, context, "summary");
    return exitOf(result);
  },
};

/** Prints on stderr, as `assay run` does, why something cannot run or is skipped. */
function printReasons({ targets, scenarios, problems }: CheckResult, console: Console): void {
  for (const { name, reason } of targets) {
    if (reason !== null) console.error(`${name}: ${reason}\n`);
  }
  for (const { name, targets: pairs } of scenarios) {
    for (const { target, state, reason, skippedPhases } of pairs) {
      for (const { phase, reason: why } of skippedPhases) {
        console.error(`skipped phase: ${onTarget(name, target)}: ${phase}: ${why}\n`);
      }
      if (reason === null) continue;
      const pair = `${onTarget(name, target)}: `;
      const skipped = state === "skipped" ? `skipped: ${pair}` : pair;
      // A reason about several phases begins with the names of both.
      const lead = reason.startsWith(`${name} cannot run on ${target} `) ? "" : skipped;
      sayLines(console, `${lead}${reason}`, "  ");
    }
  }
  if (problems.length > 0) sayLines(console, new ScenarioError(problems).message, "");
}

function exitOf({ targets, scenarios, problems }: CheckResult): number {
  if (problems.length > 0) return EXIT.usage;
  const pairs = scenarios.flatMap((scenario) => scenario.targets);
  const isRefused = pairs.some(({ state }) => state === "refused");
  return isRefused || targets.some(({ usable }) => !usable) ? EXIT.machine : EXIT.ok;
}
