import type { Claim } from "../../model/claim/claim.ts";
import type { Verdict } from "../../model/claim/verdict.ts";
import { type Caveat, type Question, underLoad } from "./caveat.ts";

/** What is left to do about figures of several clients: no run of one is promised to help. */
const BY_HAND =
  "assay does not combine several hosts yet, and no further run on one host decides it; by hand: " +
  "start the same scenario on several hosts at the same moment and add up their rates";

/** Figures of a whole service or file system, of which one host shows a part. */
export function clientsCaveats({ claim }: Question): readonly Caveat[] {
  if (claim.needs.clients === "one") return [];
  const words = wordsOf(claim);
  return [{ code: "one-client", words, settle: BY_HAND, effect: underLoad(claim) }];
}

function wordsOf({ over }: Claim): string {
  return over === null
    ? "it is about several clients, and one shows it only by reaching the figure"
    : "it is about several clients, which one client cannot decide";
}

/** Reasons that go first: what was measured is not what the claim is about. */
const BEFORE: ReadonlySet<string> = new Set(["off-aws", "mismatch", "below-ceiling"]);

/**
 * A verdict on a figure of several clients. Mending what else was wrong would not decide it, so
 * that is a caveat and not the reason.
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
