import type { Argv } from "yargs";
import { ARRIVALS } from "../../model/plan/rate.ts";
import { SEARCHED } from "../../model/plan/search.ts";
import { type Command, text, texts } from "../command.ts";
import { runOptions, runOptionsOf } from "./run.ts";

/** `assay find`: one phase of a scenario, at one load after the other. */
export const FIND: Command = {
  endsItself: true,
  usage: "find <scenario>",
  summary: "find the most load a target carries within an objective",
  examples: [
    ["$0 find random-read -t /mnt/data --slo 'response.p99 < 10ms'", "how much can be offered?"],
    ["$0 find random-read -t /mnt/data --slo 'p99 < 5ms' --by queueDepth", "how deep a queue?"],
    ["$0 find my.yaml -t /mnt/data --phase read --slo 'p99 < 5ms' --from 100/s --to 9000/s", ""],
  ],
  options: (parser: Argv) =>
    runOptions(
      parser
        .positional("scenario", {
          type: "string",
          demandOption: true,
          describe: "scenario file, or name of a shipped one (`assay list`)",
        })
        .option("slo", {
          type: "string",
          array: true,
          nargs: 1,
          demandOption: true,
          describe: "what has to be kept, a threshold: 'response.p99 < 10ms'",
        })
        .option("phase", { type: "string", nargs: 1, describe: "which phase, if there are more" })
        .option("by", {
          choices: SEARCHED,
          nargs: 1,
          default: "rate",
          describe: "what changes: the offered load, or the depth of a closed loop",
        })
        .option("from", { type: "string", nargs: 1, describe: "lowest: 500/s, or a depth" })
        .option("to", { type: "string", nargs: 1, describe: "highest; else found or 256" })
        .option("precision", { type: "string", nargs: 1, describe: "of the end point: 2%" })
        .option("repetitions", { type: "string", nargs: 1, describe: "of the end point: 6" })
        .option("arrivals", { choices: ARRIVALS, nargs: 1, describe: "fixed, or at random" })
        .group(
          ["slo", "phase", "by", "from", "to", "precision", "repetitions", "arrivals"],
          "Search:",
        ),
    ),
  async run(parsed, context) {
    const { searchSettings } = await import("../running/find-settings.ts");
    const { runAll } = await import("../running/running.ts");
    const options = await runOptionsOf(parsed);
    const set = await searchSettings(
      {
        scenario: text(parsed, "scenario") ?? "",
        set: options.set,
        phase: text(parsed, "phase"),
        slo: texts(parsed, "slo"),
        by: text(parsed, "by") ?? "rate",
        from: text(parsed, "from"),
        to: text(parsed, "to"),
        precision: text(parsed, "precision"),
        repetitions: text(parsed, "repetitions"),
        arrivals: text(parsed, "arrivals"),
      },
      context.env,
    );
    return runAll({ ...options, set, searches: true }, context);
  },
};
