import { loadCatalogue } from "../../claim/catalogue/catalogue.ts";
import { limitingOf } from "../../claim/caveat/limiting.ts";
import { verify } from "../../claim/index.ts";
import type { Run } from "../../model/run/run.ts";
import { isForeign } from "../../model/target/amazon.ts";
import { KIND } from "../../model/target/kind.ts";
import type { QuickAnswer } from "../../report/screen/quick-limits.ts";
import { quickPhases } from "../../report/screen/quick-phases.ts";
import { timeLinesOf } from "../../run/store/read-time-line.ts";

/** Derives the answer of a quick run from the stored run in `folder`. */
export async function answerOf(run: Run, folder: string): Promise<QuickAnswer> {
  const { rate, transfer } = quickPhases(run);
  return {
    rateLimit: rate === null ? null : limitingOf(run, rate, "iops"),
    transferLimit: transfer === null ? null : limitingOf(run, transfer, "throughput"),
    verdicts: await verdictsOn(run, folder),
  };
}

/** Verdicts on published claims; null if none applies to the kind of target. */
async function verdictsOn(run: Run, folder: string): Promise<QuickAnswer["verdicts"]> {
  if (KIND[run.target.kind].service === null || isForeign(run.target)) return null;
  const { claims } = await loadCatalogue();
  const verdicts = verify(claims, [run], timeLinesOf([{ run, folder }]));
  const says = new Map(claims.map(({ id, says: words }) => [id, words]));
  const count = (outcome: string) => verdicts.filter((one) => one.outcome === outcome).length;
  return {
    supported: count("supported"),
    refuted: count("refuted"),
    inconclusive: count("inconclusive"),
    refutedClaims: verdicts
      .filter(({ outcome }) => outcome === "refuted")
      .map(({ claim }) => says.get(claim) ?? claim),
  };
}
