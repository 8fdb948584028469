import { verify } from "../../../src/claim/index.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import type { Verdict } from "../../../src/model/claim/verdict.ts";
import type { DatasetPlan } from "../../../src/model/plan/dataset.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import type { OpenLoop } from "../../../src/model/run/run.ts";
import { BUCKET_KINDS } from "../../../src/model/target/kind.ts";
import { declaredKnowledge } from "../../../src/model/target/knowledge.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { plan } from "../../report/fixture.ts";
import { linesOf, type Made, type MadeRun, madeRun } from "../../truth/made-storage.ts";
import { machines, onHosts } from "../hosts-run.ts";
import type { SideSpec } from "../sides.ts";

const MIB = 2 ** 20;

function targetOf(name: string, side: SideSpec): TargetSpec {
  const isBucket = BUCKET_KINDS.has(side.kind);
  const address = isBucket
    ? { kind: "bucket", region: "eu-west-1", bucket: name, prefix: "", pathStyle: false }
    : { kind: "path", path: `/mnt/${name}` };
  return {
    name,
    kind: side.kind,
    address: { ...address, ...side.address } as TargetSpec["address"],
    provisioned: side.provisioned,
    instance: side.instance,
    ...(side.emulated === 0 ? {} : { emulated: { scale: side.emulated } }),
  };
}

/** How the storage of one side answers: relative to the other in whatever the claim measures. */
function answerOf(
  claim: Claim,
  side: SideSpec,
  ratio: number,
): Pick<Made, "rate" | "medianNs" | "slowShare" | "spread"> {
  const bytes = side.phase.blockBytes ?? 1;
  switch (claim.measure.kind) {
    case "throughput":
      return { rate: (ratio * 50 * 64 * MIB) / bytes };
    case "time":
      return { rate: 200, medianNs: ratio * 4e5, spread: 0.01 };
    case "share-slower":
      return { rate: 1000, medianNs: 2e5, slowShare: 0.01 * ratio };
    default:
      return { rate: 1000 * ratio };
  }
}

/** What the storage of a side answers; what a plan says beyond that is put on it by `dressed`. */
export function measured(claim: Claim, name: string, side: SideSpec, ratio: number): MadeRun {
  return answered(claim, name, side, answerOf(claim, side, ratio));
}

/** A run of one phase on one side that the storage answers so. */
export function answered(
  claim: Claim,
  name: string,
  side: SideSpec,
  answer: Partial<Made> & Pick<Made, "rate">,
): MadeRun {
  const phase: Made = {
    name,
    operations: (side.phase.mix ?? []).map((part) => part.operation),
    seconds: side.seconds,
    repetitions: isOnce(claim) ? 1 : 6,
    // As alike as runs of a limiter: more might be drift between sides that take no turns.
    between: 0.001,
    plan: side.phase,
    ...answer,
  };
  const target = targetOf(claim.between === "phases" ? "storage" : name, side);
  const seed = name === "of" ? 11 : 12;
  return dressed(claim, madeRun(target, [phase], { seed, id: `${name}-${seed}` }), side);
}

/** Whether the data can be accessed for the first time only once. */
function isOnce({ side, over }: Claim): boolean {
  return [side, over].some((one) => one?.workload.touch === "first");
}

/** The same answer to another side: another plan, target or host. */
export function dressed(claim: Claim, made: MadeRun, side: SideSpec): MadeRun {
  const { run } = made;
  const [first] = run.phases;
  if (first === undefined) throw new Error("nothing was made");
  const { name } = first.phase;
  const target = targetOf(claim.between === "phases" ? "storage" : name, side);
  const phase = { ...first.phase, ...rateOf(side), ...side.phase };
  const more = {
    ...(side.offered === 0 ? {} : { openLoop: openLoopOf(side) }),
    phase,
    engine: side.engine,
    datasetBytes: totalOf(side.dataset),
  };
  const own: MadeRun = {
    ...made,
    run: {
      ...run,
      startedAt: side.startedAt,
      target,
      phases: run.phases.map((result) => ({ ...result, ...more })),
      plan: plan("made", [phase], { datasets: [side.dataset] }),
      reusedData: side.reused,
      storage: declaredKnowledge(target),
      environment: { ...run.environment, ...side.environment },
    },
  };
  return side.clients === 1 ? own : onHosts(own, { machines: machines(side.clients), rotation: 1 });
}

function rateOf({ offered }: SideSpec): Partial<PhasePlan> {
  if (offered === 0) return {};
  const step = { fromPerSecond: offered, toPerSecond: offered, durationNs: null };
  return { rate: { arrivals: "fixed", steps: [step], mostBacklog: 1000 } };
}

function openLoopOf({ offered, seconds }: SideSpec): OpenLoop {
  return {
    offered: offered * seconds,
    offeredPerSecond: offered,
    late: 0,
    dropped: 0,
    unissued: 0,
    backlogMost: 0,
    backlogAtEnd: 0,
    pacing: null,
  };
}

function totalOf({ count, size }: DatasetPlan): number {
  if (size.kind === "fixed") return count * size.bytes;
  return count * (size.kind === "uniform" ? (size.minBytes + size.maxBytes) / 2 : size.meanBytes);
}

/** Verdicts on a claim from the runs of both of its sides. */
export function verdictsOf(claim: Claim, ...runs: readonly MadeRun[]): readonly Verdict[] {
  return verify(
    [claim],
    runs.map(({ run }) => run),
    linesOf(runs),
  );
}
