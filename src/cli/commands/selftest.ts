import type { Argv } from "yargs";
import { orAborted } from "../../model/abort.ts";
import { EXIT, messageOf } from "../../model/fault/errors.ts";
import type { ClientLimits } from "../../model/run/harness.ts";
import { type Command, flag } from "../command.ts";
import type { Console } from "../console.ts";
import { printOptions, printResult } from "../print.ts";

/** Time to end a phase of the selftest and to remove its scratch directory. */
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
  async run(parsed, context) {
    const { console, env, version, interrupt } = context;
    const { describeEnvironment } = await import("../../environment/index.ts");
    const { probeEngines } = await import("../../engine/index.ts");
    const { generatorCaveats, isDisturbed } = await import("../../metrics/generator/selftest.ts");
    const { selftest } = await import("../../run/selftest/selftest.ts");
    const { clientLimitsPath } = await import("../../run/selftest/client-limit-store.ts");
    const { signal } = interrupt;
    const environment = await orAborted(describeEnvironment(null), signal);
    console.error("measuring this host; takes about 20 s\n");
    const engines = await orAborted(probeEngines(), signal);
    interrupt.endsWithinMs = ENDS_WITHIN_MS;
    interrupt.duty = () => "removing scratch files; this selftest is not stored";
    const { floors: limits, stoodStillNs } = await selftest(environment, { engines, signal });
    const caveats = generatorCaveats(limits, stoodStillNs);
    const disturbed = isDisturbed(limits, stoodStillNs);
    if (!disturbed) await keep(clientLimitsPath(environment, version, env), limits, console);
    const verdict = disturbed ? "disturbed" : caveats.length === 0 ? "fit" : "reservations";
    const { pageOf } = await import("../pages/pages.ts");
    const { selftestReport } = await import("../../report/selftest.ts");
    const { selftestScreen } = await import("../../report/screen/selftest-screen.ts");
    const document = selftestReport(limits, environment, caveats);
    const result = {
      document,
      screen: selftestScreen(limits, environment, caveats),
      page: pageOf(document, ".", "selftest.html"),
      json: () => `${JSON.stringify({ verdict, doubts: caveats, ...limits }, null, 2)}\n`,
    };
    const selected = flag(parsed, "json") ? { ...parsed, print: "json" } : parsed;
    await printResult(result, selected, context, "summary");
    return disturbed ? EXIT.machine : EXIT.ok;
  },
};

/** Stores the limits for later runs. Limits that cannot be stored are printed all the same. */
async function keep(path: string | null, limits: ClientLimits, console: Console): Promise<void> {
  const { writeClientLimits } = await import("../../run/selftest/client-limit-store.ts");
  if (path === null) {
    console.error("client limits not stored: no cache directory; set XDG_CACHE_HOME or HOME\n");
    return;
  }
  try {
    writeClientLimits(path, limits);
  } catch (error) {
    console.error(
      `client limits not stored, so runs are not compared with them: ${messageOf(error)}\n`,
    );
  }
}
