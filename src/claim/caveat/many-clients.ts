import type { Claim } from "../../model/claim/claim.ts";
import { clientsText, shareText } from "../../model/claim/figure-words.ts";
import type { Verdict } from "../../model/claim/verdict.ts";
import { differencesOf } from "../evidence/alike.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { rateOf, rateText } from "./bounds.ts";
import { type Caveat, isRate, type Question, rateKindOf, slowed, underLoad } from "./caveat.ts";

/** Remedy for figures of several clients that one client measured. */
const WITH_HOSTS = "run the same scenario on two or more hosts with `--hosts`";

/**
 * Caveats of the number of clients: too few for a figure of a whole service or file system, or
 * others at the same time for a figure of one client.
 */
export function clientsCaveats(question: Question): readonly Caveat[] {
  const { claim, evidence } = question;
  if (claim.needs.clients === "one") return otherClients(question);
  // A comparison of numbers of clients says by its condition how many each side has.
  if (claim.varies.includes("clients")) return atProvisioned(question);
  if (evidence.clients < 2) {
    const words = wordsOf(claim);
    return [{ code: "one-client", words, settle: WITH_HOSTS, effect: underLoad(claim) }];
  }
  return isRate(claim.measure) ? moreClients(question) : [];
}

function wordsOf({ over }: Claim): string {
  return over === null
    ? "the claim is about several clients; one client shows it only by reaching the figure"
    : "the claim is about several clients; one client cannot decide it";
}

/** Caveat that other clients used the storage while one was measured. */
function otherClients({ claim, evidence }: Question): readonly Caveat[] {
  const others = evidence.clients - 1;
  if (evidence.client === undefined || others < 1 || !isSharedBy(evidence)) return [];
  const clients = others === 1 ? "1 other client" : `${others} other clients`;
  const words = `${clients} loaded the storage at the same time`;
  const settle = "run it on one host, or as a step of `matrix: { hosts: [1, …] }`";
  return slowed(claim, { code: "other-clients", words, settle });
}

/** Whether the clients of a run share its storage; private storage has one client. */
function isSharedBy({ repetitions }: Evidence): boolean {
  return repetitions.some(({ run }) => run.hostScope !== "private");
}

/** Smallest step in the number of clients that shows whether more of them raise the total. */
const STEP = 1.5;

/** Growth of the total from which on more clients may raise it further. */
const MAX_GROWTH = 0.1;

/**
 * Caveat that the clients may have been too few: their last step, by half as many again or more,
 * raised the total, or was not measured. It does not matter to a total that reaches the figure.
 */
function moreClients(question: Question): readonly Caveat[] {
  const { claim, evidence, others = [] } = question;
  const of = rateKindOf(claim.measure);
  const code = "more-clients";
  const effect = underLoad(claim);
  const fewer = others.filter(
    (one) =>
      one.clients * STEP <= evidence.clients &&
      one.client === undefined &&
      one.surroundings === evidence.surroundings &&
      one.repetitions.every(({ result }) => result.state === "complete") &&
      differencesOf({ varies: ["clients"] }, evidence, one).length === 0,
  );
  const [last] = fewer.toSorted((a, b) => b.clients - a.clients);
  const { clients } = evidence;
  if (last === undefined) {
    const words = `whether more than ${clients} clients reach more is unknown`;
    const settle = `run it with a sweep up to ${clients} hosts, such as ${sweepTo(clients)}`;
    return [{ code, words, settle, effect }];
  }
  const growth = rateOf(evidence, of) / Math.max(Number.MIN_VALUE, rateOf(last, of)) - 1;
  if (growth < MAX_GROWTH) return [];
  const words =
    `the step from ${last.clients} to ${clients} clients raised the total by ` +
    `${shareText(growth)}, so more clients may raise it further`;
  const steps = sweepTo(clients * 2);
  const settle = `add hosts until a step raises the total by less than 10%, such as ${steps}`;
  return [{ code, words, settle, effect }];
}

/** `matrix: { hosts: [1, 2, 4, 8] }`. */
function sweepTo(clients: number): string {
  const steps: number[] = [];
  for (let step = 1; step < clients; step *= 2) steps.push(step);
  return `\`matrix: { hosts: [${[...steps, clients].join(", ")}] }\``;
}

/** Share of a provisioned rate from which on more clients cannot add much. */
const AT_PROVISIONED = 0.8;

/**
 * Caveat of a comparison of numbers of clients: the fewer ones had reached what is provisioned, so
 * that more of them cannot reach more.
 */
function atProvisioned({ claim, evidence, isDivisor }: Question): readonly Caveat[] {
  if (isDivisor !== true || !isRate(claim.measure)) return [];
  const limit = provisionedThroughput(evidence);
  if (limit === null || rateOf(evidence, "throughput") < AT_PROVISIONED * limit) return [];
  const words =
    `${clientsText(evidence.clients)} reached the provisioned throughput ` +
    `(${rateText(limit, "throughput")}), so more cannot reach more`;
  const settle = "run it on a file system with more throughput";
  // For the ratio it is the other way round.
  return [{ code: "more-clients", words, settle, effect: "too-high" }];
}

/** Provisioned throughput of a file system, bytes per second; null if unknown. */
function provisionedThroughput({ knowledge: { provisioned } }: Evidence): number | null {
  const { throughputBytesPerSecond: total, throughputPerTibBytesPerSecond: perTib } = provisioned;
  if (total !== undefined) return total.value;
  const { sizeBytes } = provisioned;
  if (perTib === undefined || sizeBytes === undefined) return null;
  return (perTib.value * sizeBytes.value) / 2 ** 40;
}

/** Reasons that come first: the measured storage is not that of the claim. */
const BEFORE: ReadonlySet<string> = new Set(["off-aws", "mismatch", "below-ceiling"]);

/**
 * Returns a verdict on a figure of several clients. If one client was measured, other problems
 * become caveats, because solving them does not decide the claim.
 */
export function forClients(claim: Claim, evidence: readonly Evidence[], verdict: Verdict): Verdict {
  const { outcome, reason, settle } = verdict;
  if (claim.needs.clients === "one" || outcome !== "inconclusive") return verdict;
  if (evidence.some(({ clients }) => clients > 1)) return verdict;
  if (reason.code === "one-client" || reason.code === "superseded") return verdict;
  if (BEFORE.has(reason.code)) {
    return { ...verdict, settle: settle === null ? WITH_HOSTS : `${settle}; ${WITH_HOSTS}` };
  }
  const words = wordsOf(claim);
  const caveats = [...new Set([reason.words, ...verdict.caveats])].filter((one) => one !== words);
  return { ...verdict, reason: { code: "one-client", words }, settle: WITH_HOSTS, caveats };
}
