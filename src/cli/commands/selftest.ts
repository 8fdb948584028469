import type { Argv } from "yargs";
import { orAborted } from "../../model/abort.ts";
import { EXIT, messageOf } from "../../model/fault/errors.ts";
import type { ClientLimits } from "../../model/run/harness.ts";
import { type Command, flag } from "../command.ts";
import type { Console } from "../console.ts";
import { printOptions, printResult } from "../print.ts";

/** Time for a phase of the selftest to end and for its scratch folder to be removed. */
const ENDS_WITHIN_MS = 10_000;

/** `assay selftest`: measures this host as a load generator. */
export const SELFTEST: Command = {
  endsItself: true,
  usage: "selftest",
  summary: "measure the client limits of this host as a load generator",
  examples: [
    ["$0 selftest", "Measure the maximum rate of each engine without storage, and the clock"],
    ["$0 selftest --print json", "Print the client limits as JSON"],
  ],
  options: (parser: Argv) =>
    printOptions(parser).option("json", {
      type: "boolean",
      hidden: true,
      describe: "the same as --print json",
    }),
  async run(parsed, { console, env, version, interrupt }) {
    const { describeEnvironment } = await import("../../environment/index.ts");
    const { probeEngines } = await import("../../engine/index.ts");
    const { generatorCaveats, isDisturbed } = await import("../../metrics/generator/selftest.ts");
    const { selftest } = await import("../../run/selftest/selftest.ts");
    const { clientLimitsPath } = await import("../../run/selftest/client-limit-store.ts");
    const { signal } = interrupt;
    const environment = await orAborted(describeEnvironment(null), signal);
    console.error("measuring this machine, which takes about 20 seconds\n");
    const engines = await orAborted(probeEngines(), signal);
    interrupt.endsWithinMs = ENDS_WITHIN_MS;
    interrupt.duty = () => "removing the scratch files, nothing of this selftest is kept";
    const { floors, stoodStillNs } = await selftest(environment, { engines, signal });
    const doubts = generatorCaveats(floors, stoodStillNs);
    const disturbed = isDisturbed(floors, stoodStillNs);
    if (!disturbed) await keep(clientLimitsPath(environment, version, env), floors, console);
    const verdict = disturbed ? "disturbed" : doubts.length === 0 ? "fit" : "reservations";
    const { selftestReport } = await import("../../report/selftest.ts");
    const result = {
      document: selftestReport(floors, environment, doubts),
      json: () => `${JSON.stringify({ verdict, doubts, ...floors }, null, 2)}\n`,
    };
    const selected = flag(parsed, "json") ? { ...parsed, print: "json" } : parsed;
    await printResult(result, selected, console, "summary");
    return disturbed ? EXIT.machine : EXIT.ok;
  },
};

/** Limits that cannot be kept are still printed: a run then has none to be held against. */
async function keep(path: string | null, floors: ClientLimits, console: Console): Promise<void> {
  const { writeClientLimits } = await import("../../run/selftest/client-limit-store.ts");
  if (path === null) {
    console.error("not kept: there is no cache folder; set XDG_CACHE_HOME or HOME\n");
    return;
  }
  try {
    writeClientLimits(path, floors);
  } catch (error) {
    console.error(`not kept, runs will not know of it: ${messageOf(error)}\n`);
  }
}
