import type { Saturation } from "../../metrics/saturation.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { formatCount, formatRate, wholePercent } from "../parts/format.ts";
import { quickPhase, quickPhases, quickSweep } from "./quick-phases.ts";
import { type ScreenLine, screenLine, type Tone } from "./screen.ts";

/** Limit of a rate of a quick run. */
interface QuickLimit {
  readonly by: "storage" | "instance" | "network" | "client" | "cache" | "unknown";
  /** The evidence, as a clause; empty if the limit is unknown. */
  readonly words: string;
  /** Measured share of the limit; null if the limit has no number. */
  readonly share: number | null;
}

/** The part of a quick run's answer that is not in the run. */
export interface QuickAnswer {
  /** Limit of the small reads at the knee, and of the large reads; null: not measured. */
  readonly rateLimit: QuickLimit | null;
  readonly transferLimit: QuickLimit | null;
  /** Verdicts on published claims; null if none applies to the kind of target. */
  readonly verdicts: {
    readonly supported: number;
    readonly refuted: number;
    readonly inconclusive: number;
    /** Sentences of the refuted claims. */
    readonly refutedClaims: readonly string[];
  } | null;
}

/** Facts about a quick run that are known before its load; null: none. */
export interface QuickNotes {
  /** Storage that was detected, and the option that declares what is unknown. */
  readonly storage: string | null;
  /** Parts of the scenario that the target does not allow. */
  readonly leftOut: string | null;
}

/** Limits of small and large reads; no line if none was measured. */
export function limitLines(
  run: Run,
  answer: QuickAnswer,
  isBucket: boolean,
): readonly ScreenLine[] {
  // The load at the limit may be missing.
  if (run.state !== "complete") return [];
  const { saturation, transfer, sweep } = quickPhases(run);
  const name = isBucket ? "requests" : "IOPS";
  const waited = Math.max(0, ...sweep.map(({ result }) => waitedShare(result)));
  const rate = saturation === null ? null : rateText(answer.rateLimit, saturation, waited);
  const { transferLimit: limit } = answer;
  const isKnown = limit !== null && limit.by !== "unknown";
  const throughput = transfer !== null && isKnown ? limitText(limit) : null;
  const items = [
    ...(rate === null ? [] : [`${name}: ${rate}`]),
    ...(throughput === null ? [] : [`throughput: ${throughput}`]),
  ];
  const [first] = items;
  if (first === undefined) return [];
  const same = rate === throughput ? `${name} and throughput: ${rate}` : items.join("; ");
  return [screenLine("Limit", same)];
}

const LIMIT_NOUNS: Readonly<Record<QuickLimit["by"], string>> = {
  storage: "the volume",
  instance: "the instance",
  network: "the network of the instance",
  client: "this host as load generator",
  cache: "a cache",
  unknown: "not found",
};

/** Share of the time that the workers of a phase waited for a CPU; 0 below that of a warning. */
function waitedShare({ warnings }: PhaseResult): number {
  return warnings.find(({ code }) => code === "starved")?.event?.value ?? 0;
}

/** `waited`: the largest share of the time in which workers of the sweep waited for a CPU. */
function rateText(
  limit: QuickLimit | null,
  { knee, isReached }: Saturation,
  waited: number,
): string | null {
  if (limit === null) return null;
  if (limit.by !== "unknown") return limitText(limit);
  if (isReached && waited > 0) {
    const wait = `CPU wait up to ${wholePercent(waited)}`;
    return `not certain (no growth above ${knee.inFlight} in flight; ${wait})`;
  }
  return isReached
    ? `the storage (more than ${knee.inFlight} in flight only add latency)`
    : `not reached with ${knee.inFlight} in flight`;
}

function limitText({ by, words, share }: QuickLimit): string {
  const reached = share === null ? "" : `, ${wholePercent(share)} measured`;
  return `${LIMIT_NOUNS[by]} (${words}${reached})`;
}

/** The measured shares of what is provisioned, and the verdicts on published claims. */
export function verdictLines(run: Run, answer: QuickAnswer, notes: QuickNotes): ScreenLine[] {
  const { verdicts } = answer;
  const claims = verdicts === null ? [] : claimTexts(run, verdicts);
  const texts = [...claims, ...(run.state === "complete" ? provisionedTexts(run, answer) : [])];
  const verdict = screenLine("Verdict", texts.join("; "), toneOf(verdicts));
  const isDeclarable = run.target.address.kind === "path" || run.target.address.kind === "device";
  const isUndeclared = texts.length === 0 && run.state === "complete" && isDeclarable;
  const storage = [notes.storage, isUndeclared ? UNDECLARED : null];
  const known = storage.filter((one) => one !== null).join("; ");
  return [
    ...(texts.length === 0 ? [] : [verdict]),
    ...(known === "" ? [] : [screenLine("Storage", known)]),
  ];
}

const UNDECLARED = "no verdict without --kind and --provisioned";

function toneOf(verdicts: QuickAnswer["verdicts"]): Tone {
  if (verdicts === null) return "plain";
  if (verdicts.refuted > 0) return "bad";
  return verdicts.supported > 0 ? "good" : "plain";
}

/** `98% of 3,000 IOPS (declared)`: the higher one of reads and writes, as the screen shows it. */
function provisionedTexts(run: Run, answer: QuickAnswer): readonly string[] {
  const { iops, throughputBytesPerSecond: throughput } = run.storage?.provisioned ?? {};
  const { saturation } = quickPhases(run);
  const writes = quickSweep(run, "write").map(({ summary }) => summary.operationsPerSecond);
  const rate = Math.max(saturation?.plateau.perSecond ?? 0, ...writes);
  const transfers = ["sequential-read", "sequential-write"];
  const bytesPerSecond = Math.max(
    ...transfers.map((name) => quickPhase(run, name)?.summary.bytesPerSecond ?? 0),
  );
  const ofIops =
    iops === undefined
      ? null
      : ofProvisioned(rate, iops, `${formatCount(iops.value)} IOPS`, answer.rateLimit);
  const ofThroughput =
    throughput === undefined
      ? null
      : ofProvisioned(
          bytesPerSecond,
          throughput,
          formatRate(throughput.value),
          answer.transferLimit,
        );
  return [ofIops, ofThroughput].filter((text) => text !== null);
}

/** Share of a provisioned value; null if nothing was measured. A cache has no provisioned rate. */
function ofProvisioned(
  measured: number,
  { value, from }: { readonly value: number; readonly from: string },
  words: string,
  limit: QuickLimit | null,
): string | null {
  if (measured === 0) return null;
  if (limit?.by === "cache") return `${words} (${from}) not compared: a cache was measured`;
  const least = limit?.by === "client" ? "at least " : "";
  return `${least}${wholePercent(measured / value)} of ${words} (${from})`;
}

function claimTexts(
  { target }: Run,
  { supported, refuted, inconclusive, refutedClaims }: NonNullable<QuickAnswer["verdicts"]>,
): readonly string[] {
  const of = target.emulated === undefined ? "" : " (emulated, not AWS)";
  const [first] = refutedClaims;
  const more = refutedClaims.length > 1 ? ` and ${refutedClaims.length - 1} more` : "";
  return [
    `published claims${of}: ${supported} supported, ${refuted} refuted, ` +
      `${inconclusive} inconclusive`,
    ...(first === undefined ? [] : [`refuted: ${first}${more}`]),
  ];
}
