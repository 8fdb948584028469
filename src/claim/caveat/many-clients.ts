import type { Claim } from "../../model/claim/claim.ts";
import type { Verdict } from "../../model/claim/verdict.ts";
import { type Caveat, type Question, underLoad } from "./caveat.ts";

/** Remedy for figures of several clients, which assay does not measure. */
const BY_HAND =
  "run the same scenario on several hosts at the same time and add their rates by hand (assay " +
  "measures from one host, and no run on one host decides this claim)";

/** Caveat of figures for a whole service or file system, of which one host uses a part. */
export function clientsCaveats({ claim }: Question): readonly Caveat[] {
  if (claim.needs.clients === "one") return [];
  const words = wordsOf(claim);
  return [{ code: "one-client", words, settle: BY_HAND, effect: underLoad(claim) }];
}

function wordsOf({ over }: Claim): string {
  return over === null
    ? "the claim is about several clients; one client shows it only by reaching the figure"
    : "the claim is about several clients; one client cannot decide it";
}

/** Reasons that come first: the measured storage is not that of the claim. */
const BEFORE: ReadonlySet<string> = new Set(["off-aws", "mismatch", "below-ceiling"]);

/**
 * Returns a verdict on a figure of several clients. Other problems become caveats, because solving
 * them does not decide the claim.
 */
export function forClients(claim: Claim, verdict: Verdict): Verdict {
  const { outcome, reason, settle } = verdict;
  if (claim.needs.clients === "one" || outcome !== "inconclusive") return verdict;
  if (reason.code === "one-client" || reason.code === "superseded") return verdict;
  if (BEFORE.has(reason.code)) {
    return { ...verdict, settle: settle === null ? BY_HAND : `${settle}; ${BY_HAND}` };
  }
  const words = wordsOf(claim);
  const caveats = [...new Set([reason.words, ...verdict.caveats])].filter((one) => one !== words);
  return { ...verdict, reason: { code: "one-client", words }, settle: BY_HAND, caveats };
}
