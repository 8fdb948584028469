/**
 * From evidence to a verdict: supported, refuted or inconclusive, with reason and remedy.
 * `judge.ts` compares an interval with a figure, `conclude` below takes the caveats into account.
 * `comparison.ts` does the same for two sides, `statement-verdict.ts` for statements of the guide.
 */

import type { TimeSeriesSource } from "../../metrics/histogram/time-series.ts";
import { type Claim, FIGURE_UNITS } from "../../model/claim/claim.ts";
import type { Verdict } from "../../model/claim/verdict.ts";
import { isForeign } from "../../model/target/amazon.ts";
import {
  BUCKET_KINDS,
  MEMORY_KINDS,
  OFF_AWS_KINDS,
  type TargetKind,
} from "../../model/target/kind.ts";
import { boundOf } from "../caveat/bounds.ts";
import { type Caveat, isRate, rateKindOf } from "../caveat/caveat.ts";
import { forClients } from "../caveat/many-clients.ts";
import { caveatsAbout, caveatsOf } from "../caveat/preconditions.ts";
import { misfitCaveats, touchedBefore } from "../caveat/storage.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { evaluatedNumber, figureOf, holds, unsaid } from "../evidence/figure.ts";
import { storedRunId } from "../evidence/hosts.ts";
import { readMeasure } from "../evidence/measure.ts";
import { variablesOf } from "../evidence/phase-variables.ts";
import { kindOf, representatives, speaking, unsaidOf } from "../evidence/select.ts";
import { type Findings, judge } from "./judge.ts";
import { leadingVerdict } from "./leading.ts";
import { fewRuns, longerRunAdvice } from "./more-runs.ts";
import { agreementWords, declaredAfterWords, declareWords, missingWords } from "./verdict-words.ts";

/**
 * Returns the verdict of one target's phases on a claim without a comparison; null if no phase
 * matches the claim, or the claim is about other targets.
 */
export function verdictOn(
  claim: Claim,
  evidence: readonly Evidence[],
  timeSeries: TimeSeriesSource,
): Verdict | null {
  const about = evidence.filter((one) => isAbout(claim, one));
  const touched = touchedBefore(claim, speaking(claim.side, about, claim.measure));
  const chosen = representatives(claim.measure, touched);
  const verdicts = chosen.map((one) => verdictBy(claim, one, { others: evidence, timeSeries }));
  return leadingVerdict(claim, verdicts);
}

/**
 * Whether a claim is about the kind of a target. Off AWS, only comparisons are: a ratio can be
 * measured anywhere, while a figure of AWS does not apply to other storage.
 */
export function isAbout(claim: Claim, evidence: Evidence): boolean {
  const kind = kindOf(evidence);
  const kinds = [...claim.side.kinds, ...(claim.over?.kinds ?? [])];
  const alike = claim.over !== null && OFF_AWS_KINDS.has(kind) && isAlike(kind, kinds);
  if (!kinds.includes(kind) && !alike) return false;
  return claim.when === null || holds(claim.when, variablesOf(evidence)) !== false;
}

/** Whether a kind is a path for claims about paths, or a bucket for claims about buckets. */
function isAlike(kind: TargetKind, kinds: readonly TargetKind[]): boolean {
  return (
    !MEMORY_KINDS.has(kind) &&
    kinds.every((one) => BUCKET_KINDS.has(one) === BUCKET_KINDS.has(kind))
  );
}

interface VerdictContext {
  readonly others: readonly Evidence[];
  readonly timeSeries: TimeSeriesSource;
}

function verdictBy(
  claim: Claim,
  evidence: Evidence,
  { others, timeSeries }: VerdictContext,
): Verdict {
  const values = variablesOf(evidence);
  const open = { claim, evidence, figure: null, value: null };
  const findings = { claim, measured: null, figure: null, judgement: null, bound: null };
  const none = { ...findings, questions: [open], doubts: [] };
  const worked = figureOf(claim, values);
  const unknown = unknownFacts(claim, evidence);
  const { measure } = claim;
  const least = measure.kind === "share-of-seconds" ? evaluatedNumber(measure.least, values) : null;
  const scaled =
    least === null || measure.kind !== "share-of-seconds"
      ? null
      : least * FIGURE_UNITS[measure.unit];
  const reading = readMeasure(measure, evidence.repetitions, scaled, timeSeries);
  const measured = "measured" in reading ? reading.measured : null;
  if (unknown.length > 0 || "missing" in worked) {
    return conclude({ ...none, measured, doubts: [undeclared(unknown)] });
  }
  const { figure } = worked;
  const asked = measure.kind === "share-of-seconds" ? scaled : figure.value;
  const question = { claim, evidence, others, figure: asked, value: measured?.value ?? null };
  const doubts = caveatsAbout(question);
  const bound = isRate(measure) ? boundOf(evidence, rateKindOf(measure)) : null;
  const known = { claim, questions: [question], figure, bound };
  if ("absent" in reading) {
    const code = reading.burst === true ? "burst-state" : "no-measure";
    const settle =
      reading.burst === true ? "start with full burst credits and run until they are spent" : null;
    const absent = { code, words: reading.absent, settle, effect: "either" } as const;
    return conclude({ ...known, measured: null, judgement: null, doubts: [...doubts, absent] });
  }
  const judgement = judge(claim, reading.measured, figure);
  return conclude({ ...known, measured, judgement, doubts });
}

/** Facts that a claim depends on and that are unknown; names as in expressions of claims. */
export function unknownFacts(claim: Claim, evidence: Evidence): readonly string[] {
  const values = variablesOf(evidence);
  const worked = figureOf(claim, values);
  return [
    ...(claim.when === null ? [] : unsaid(claim.when, values)),
    ...unsaidOf(claim.side, evidence),
    ...("missing" in worked ? worked.missing : []),
    ...claim.needs.known.filter((name) => !isKnown(name, evidence)),
  ];
}

/** Whether a fact is declared or described, by a name such as `provisioned.iops`. */
function isKnown(name: string, { knowledge }: Evidence): boolean {
  const [thing = "", fact = ""] = name.split(".");
  const facts: object = thing === "instance" ? knowledge.instance : knowledge.provisioned;
  return Object.hasOwn(facts, fact);
}

function undeclared(names: readonly string[]): Caveat {
  const words = missingWords([...new Set(names)]);
  const settle = `${declareWords(names)}, or run it with access to the AWS API`;
  return { code: "undeclared", words, settle, effect: "either" };
}

/** Makes a verdict from a judgement and the caveats of its measurement. */
export function conclude(findings: Findings): Verdict {
  const evidence = findings.questions.map((question) => question.evidence);
  return forClients(findings.claim, evidence, weighed(findings));
}

function weighed(findings: Findings): Verdict {
  const { claim, questions, measured, figure, judgement, doubts, bound } = findings;
  const evidence = questions.map((question) => question.evidence);
  const repetitions = evidence.flatMap((one) => one.repetitions);
  const base = {
    claim: claim.id,
    targets: [...new Set(evidence.map(({ target }) => target.name))],
    runIds: [...new Set(repetitions.map(({ run }) => storedRunId(run.id)))],
    phases: [...new Set(evidence.map(({ phase }) => phase.name))],
    ...clientsOf(evidence),
    measured,
    figure,
    reachedShare: judgement?.reachedShare ?? null,
    bound,
  };
  const inTheWay = doubts.find(({ effect }) => judgement === null || judgement.wrongIf.has(effect));
  const others = doubts.filter((doubt) => doubt !== inTheWay);
  const remarks = measured?.remarks ?? [];
  const after = declaredAfterWords(repetitions.map(({ run }) => run));
  const own = caveatsOf(claim, questions, judgement === null ? [] : others);
  const caveats = [...after, ...own, ...remarks];
  const inconclusive = { ...base, outcome: "inconclusive", caveats } as const;
  const off = evidence.find((one) => isForeign({ ...one.target, kind: kindOf(one) }));
  if (off !== undefined) {
    const here = agreementWords(findings);
    const words = `not on AWS storage (${off.target.name}), so no claim about AWS is tested${here}`;
    return { ...inconclusive, reason: { code: "off-aws", words }, settle: ON_AWS };
  }
  const [misfit] = questions.flatMap(misfitCaveats);
  if (misfit !== undefined) {
    const reason = { code: misfit.code, words: misfit.words };
    const rest = caveatsOf(claim, questions, doubts).filter((one) => one !== misfit.words);
    return { ...inconclusive, caveats: [...after, ...rest], reason, settle: misfit.settle };
  }
  const words = agreementWords(findings).replace(/^: /, "");
  if (claim.until !== null) {
    const seen = words === "" ? "no value was compared with it" : words;
    const reason = {
      code: "superseded",
      words: `${seen}; the figure was published until ${claim.until}`,
    } as const;
    return { ...inconclusive, reason, settle: null };
  }
  const open = judgement?.outcome === "inconclusive" && judgement.code !== "uncertain";
  if (inTheWay !== undefined && !open) {
    const { code, settle } = inTheWay;
    return { ...inconclusive, reason: { code, words: inTheWay.words }, settle };
  }
  if (judgement === null) {
    const reason = { code: "no-measure", words: "no value was measured" } as const;
    return { ...inconclusive, reason, settle: null };
  }
  const few = fewRuns(findings);
  if (few !== null) {
    const { code, settle } = few;
    return { ...inconclusive, reason: { code, words: `${words}; ${few.words}` }, settle };
  }
  const { outcome, code } = judgement;
  const settle = code === "uncertain" ? longerRunAdvice(findings) : null;
  return { ...base, outcome, caveats, reason: { code, words }, settle };
}

/** Whose load each side measured; nothing for runs without a list of hosts. */
function clientsOf(evidence: readonly Evidence[]): Pick<Verdict, "clients"> {
  const isListed = evidence.some(({ repetitions }) =>
    repetitions.some(({ result, host }) => result.hosts !== undefined || host !== undefined),
  );
  if (!isListed) return {};
  const clients = evidence.map(({ clients: all, client, repetitions }) => {
    if (client === undefined) return { count: all, host: null };
    return { count: 1, host: repetitions[0]?.host ?? null };
  });
  return { clients };
}

const ON_AWS = "run it on the service itself";
