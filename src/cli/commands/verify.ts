import type { Argv } from "yargs";
import { ASKS_NOTHING, type Verdict } from "../../model/claim/verdict.ts";
import { EXIT } from "../../model/fault/errors.ts";
import { type Command, texts } from "../command.ts";

import { printOptions, printResult, SUMMARY_ON_TERMINAL, summaryOnTerminal } from "../print.ts";
import {
  declaredOptions,
  RESULTS,
  readNamed,
  resultsFolder,
  STORED_RUNS,
  withDeclared,
} from "../stored.ts";

const CLAIM_GROUP = "Claims:";

/** `assay verify`: tests published claims with stored runs. */
export const VERIFY: Command = {
  usage: "verify <run..>",
  summary: "test published claims about storage with stored runs",
  examples: [
    ["$0 verify results/*", "Test every claim that applies to these runs"],
    ["$0 verify results/* --claim ebs.gp3.iops.provisioned", "Test one claim"],
    ["$0 verify RUN --kind ebs-gp3 --provisioned iops=6000", "Declare what the run did not say"],
    ["$0 verify results/* --format csv", "Print verdicts in base units"],
  ],
  options: (parser: Argv) =>
    printOptions(
      declaredOptions(parser)
        .positional("run", STORED_RUNS)
        .option("claim", {
          type: "string",
          array: true,
          nargs: 1,
          group: CLAIM_GROUP,
          describe: "claim id, or statement of the guide such as G12; repeatable",
          defaultDescription: "all that apply",
        })
        .option("results", { ...RESULTS, group: CLAIM_GROUP }),
      SUMMARY_ON_TERMINAL,
    ),
  async run(parsed, context) {
    const { console, env } = context;
    const { loadCatalogue } = await import("../../claim/catalogue/catalogue.ts");
    const { claimsNamed } = await import("../../claim/catalogue/catalogue.ts");
    const { verify } = await import("../../claim/index.ts");
    const { verdictReport } = await import("../../report/verdict/verdict.ts");
    const { verdictScreen } = await import("../../report/verdict/screen.ts");
    const { timeLinesOf } = await import("../../run/store/read-time-line.ts");
    const catalogue = await loadCatalogue();
    const asked = texts(parsed, "claim");
    const claims = asked.length === 0 ? catalogue.claims : claimsNamed(catalogue, asked);
    const { withHostRuns } = await import("../hosts/host-runs.ts");
    const read = await withHostRuns(await readNamed(parsed));
    const stored = await withDeclared(read, parsed, env);
    const runs = stored.map(({ run }) => run);
    const verdicts = verify(claims, runs, timeLinesOf(stored));
    const decided = verdicts.flatMap((verdict) =>
      claims.filter(({ id }) => id === verdict.claim).map((claim) => ({ claim, verdict })),
    );
    const document = verdictReport(decided, runs);
    const screen = verdictScreen(decided, runs);
    const { folderOfRuns, pageOf } = await import("../pages/pages.ts");
    const folder = folderOfRuns(stored, resultsFolder(parsed));
    const page = pageOf(document, folder, "verify.html");
    await printResult({ document, screen, page }, parsed, context, summaryOnTerminal(console));
    const { claimsSummary } = await import("../../report/summary/claims.ts");
    const { toStepSummary } = await import("../ci/step-summary.ts");
    toStepSummary(claimsSummary(decided, document), context);
    const missing = asked.length === 0 ? [] : claims.filter(({ id }) => hasNoVerdict(id, verdicts));
    for (const { id } of missing)
      console.error(`${id}: no phase of these runs matches this claim\n`);
    const exit = exitOf(verdicts);
    return missing.length > 0 && exit === EXIT.ok ? EXIT.inconclusive : exit;
  },
};

function hasNoVerdict(id: string, verdicts: readonly Verdict[]): boolean {
  return !verdicts.some(({ claim }) => claim === id);
}

/**
 * Returns 0 if all verdicts are supported, 1 if any is refuted, else 4. An upper bound that was not
 * reached and a figure that is not published any more do not count.
 */
function exitOf(verdicts: readonly Verdict[]): number {
  if (verdicts.some(({ outcome }) => outcome === "refuted")) return EXIT.refuted;
  const counted = verdicts.filter(({ reason: { code } }) => !ASKS_NOTHING.has(code));
  const supported = counted.every(({ outcome }) => outcome === "supported");
  return supported && counted.length > 0 ? EXIT.ok : EXIT.inconclusive;
}
