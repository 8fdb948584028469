import { depthWarning, withStorage } from "../../metrics/generator/in-flight.ts";
import { hostEvidence } from "../../metrics/host-evidence.ts";
import { fallIn } from "../../metrics/phase-result.ts";
import type { Claim } from "../../model/claim/claim.ts";
import { fourDigits } from "../../model/claim/figure-words.ts";
import { differencesOf } from "../evidence/alike.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { inFlight, operationBytes } from "../evidence/phase-variables.ts";
import { reportedNs } from "../evidence/select.ts";
import { AT_LIMIT, offeredLimit, provisionedLimit, type RateKind, rateOf } from "./bounds.ts";
import { cacheCaveats } from "./cache.ts";
import { type Caveat, isRate, type Question, rateKindOf, slowed, underLoad } from "./caveat.ts";
import { publishedLatency } from "./published-latency.ts";

/** Caveats of the load: too little to reach a figure, or too much for a latency. */
export function loadCaveats(question: Question): readonly Caveat[] {
  const { claim, evidence, figure } = question;
  const of = rateKindOf(claim.measure);
  const code = "queue-depth";
  if (claim.measure.kind === "time" || claim.measure.kind === "share-slower") {
    const limit = provisionedLimit(evidence, "iops");
    if (limit === null || rateOf(evidence, "iops") < AT_LIMIT * limit.value) return [];
    const words = `the load was at the limit of the storage (${limit.words}): operations queue`;
    const settle = "run it at a rate below the limit, or with fewer operations in flight";
    return slowed(claim, { code, words, settle });
  }
  const effect = underLoad(claim);
  const rate = isRate(claim.measure);
  const offered = rate ? offeredLimit(evidence, of) : null;
  if (offered !== null && figure !== null && offered.value < figure) {
    return [{ code, words: offered.words, settle: "raise or remove `rate`", effect }];
  }
  const has = Math.min(inFlight(evidence), ...reachedInFlight(evidence));
  const advised = advisedInFlight(question, of);
  const published = rate ? publishedInFlight(question, of) : null;
  const enough =
    published === null ||
    has >= published.needed ||
    isReached(question) ||
    isAtLimit(question, of, has);
  if (has >= advised && enough) return [];
  const needed = Math.max(advised, published?.needed ?? 0);
  const why = published === null || needed === advised ? "" : ` ${published.words}`;
  const words = `${has} operations were in flight, and the figure needs ${needed}`;
  return [
    {
      code,
      words: words + why,
      settle: `run it with ${needed} or more operations in flight`,
      effect,
    },
  ];
}

/** Operations in flight that AWS or the claim requires. */
function advisedInFlight({ claim, figure }: Question, of: RateKind): number {
  const { inFlight: least = 0, inFlightPerThousandIops: perThousand = 0 } = claim.needs;
  const iops = isRate(claim.measure) && of === "iops" && figure !== null ? figure : 0;
  return Math.max(least, Math.ceil((perThousand * iops) / 1000));
}

/** Operations in flight with which any latency up to the published one reaches the figure. */
function publishedInFlight({ claim, evidence, figure }: Question, of: RateKind) {
  const published = publishedLatency(claim, evidence);
  const bytes = operationBytes(evidence);
  if (published === null || figure === null || (of === "throughput" && bytes === 0)) return null;
  const perSecond = leastOperations(claim, figure, of === "iops" ? 1 : bytes);
  const needed = Math.ceil((perSecond * published.latencyNs) / 1e9);
  const each = `${fourDigits(published.latencyNs / 1e6)} ms`;
  return { needed, words: `if each takes up to ${each} (${published.claim.id})` };
}

/** Fewest operations per second that agree with a figure. */
function leastOperations({ tolerance }: Claim, figure: number, each: number): number {
  return (figure * (1 - tolerance)) / each;
}

/** Whether a rate reaches its figure, within the tolerance: then the depth was enough. */
function isReached({ claim, figure, value }: Question): boolean {
  if (claim.measure.kind === "share-of-seconds" || figure === null || value === null) return false;
  return value >= leastOperations(claim, figure, 1);
}

/** Half the queue depth or less is clearly shallower; at a fixed latency it halves the rate. */
const SHALLOWER = 2;

/** More than run-to-run variation between two phases, far less than twice. */
const SAME_RATE = 1.1;

/**
 * Whether the storage was at a limit of its own, so that more in flight would not have been faster:
 * half as many reached the same rate, or the figure itself was reached before the rate fell.
 */
function isAtLimit(question: Question, of: RateKind, has: number): boolean {
  const { claim, evidence, figure, others = [] } = question;
  if (claim.measure.kind === "burst") {
    if (claim.measure.part === "during" || figure === null) return false;
    const each = of === "iops" ? 1 : operationBytes(evidence);
    const least = leastOperations(claim, figure, each);
    return evidence.repetitions.every(
      ({ result }) => (fallIn(result.stability)?.beforePerSecond ?? 0) >= least,
    );
  }
  return others.some(
    (one) =>
      inFlight(one) * SHALLOWER <= has &&
      one.surroundings === evidence.surroundings &&
      reportedNs(one) >= MIN_NS &&
      rateOf(one, of) * SAME_RATE >= rateOf(evidence, of) &&
      one.repetitions.every(({ result }) => result.state === "complete") &&
      differencesOf({ varies: ["inFlight", "clients"] }, evidence, one).length === 0 &&
      cacheCaveats({ ...question, evidence: one }).length === 0,
  );
}

/** Shortest time that a rate is taken from. */
const MIN_NS = 10e9;

/** Operations that were with the storage, of repetitions that did not reach their queue depth. */
function reachedInFlight({ repetitions }: Evidence): readonly number[] {
  return repetitions.flatMap(({ result }) => {
    const flights = hostEvidence(result).map(({ harness }) => harness?.inFlight ?? null);
    const isShort =
      result.warnings.some(({ code }) => code === "depth-not-reached") ||
      (result.hosts !== undefined && flights.some((one) => depthWarning(one) !== null));
    if (!isShort || flights.includes(null)) return [];
    return [Math.floor(flights.reduce((sum, one) => sum + (one ? withStorage(one) : 0), 0))];
  });
}
