import type { Random } from "../../../src/model/random/random.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { type Made, madeRun } from "../made-storage.ts";
import { draw, GIB, MIB, randomReads, sequentialReads, TIB, volume } from "../verdict-draws.ts";
import type { Case } from "./cases.ts";

/** A gp2 with a bucket that is smaller than Amazon's, so that it runs dry in a test. */
function gp2(random: Random) {
  const gib = draw(random, 40, 600, 10);
  const baseline = Math.max(100, 3 * gib);
  const scale = draw(random, 100, 200, 10);
  const lasts = 5_400_000 / (3000 - baseline) / scale;
  const target = volume("ebs-gp2", { sizeBytes: gib * GIB }, { emulated: { scale } });
  return { target, baseline, lasts };
}

function burst(
  name: string,
  expected: Pick<Case, "claim" | "outcome" | "code">,
  rates: (drawn: ReturnType<typeof gp2>) => (second: number) => number,
  seconds: (drawn: ReturnType<typeof gp2>) => number = ({ lasts }) => Math.ceil(2 * lasts + 10),
): Case {
  const runs: Case["runs"] = (random, seed) => {
    const drawn = gp2(random);
    return [madeRun(drawn.target, [randomReads(rates(drawn), 32, seconds(drawn))], { seed })];
  };
  return { name, ...expected, runs };
}

const dry =
  ({ baseline, lasts }: ReturnType<typeof gp2>) =>
  (second: number): number =>
    second < lasts ? 3000 : baseline;

const GP2_CASES: readonly Case[] = [
  burst("the burst of a gp2", { claim: "ebs.gp2.iops.burst", outcome: "supported" }, dry),
  burst("the baseline of a gp2", { claim: "ebs.gp2.iops.baseline", outcome: "supported" }, dry),
  burst("how long a gp2 bursts", { claim: "ebs.gp2.burst.duration", outcome: "supported" }, dry),
  burst(
    "a gp2 with half of its baseline",
    { claim: "ebs.gp2.iops.baseline", outcome: "refuted" },
    ({ baseline, lasts }) =>
      (second) =>
        second < lasts ? 3000 : baseline / 2,
  ),
  burst(
    "a gp2 that bursts to 2,000",
    { claim: "ebs.gp2.iops.burst", outcome: "refuted" },
    ({ baseline, lasts }) =>
      (second) =>
        second < lasts ? 2000 : Math.min(1000, baseline),
  ),
  burst(
    "a gp2 that never ran dry",
    { claim: "ebs.gp2.iops.baseline", outcome: "inconclusive", code: "burst-state" },
    () => () => 3000,
    () => 30,
  ),
];

function disk(random: Random): { readonly target: TargetSpec; readonly tib: number } {
  const tib = draw(random, 2, 10);
  const scale = draw(random, 1000, 4000, 500);
  const emulated = { scale };
  return { target: volume("ebs-st1", { sizeBytes: tib * TIB }, { emulated }), tib };
}

function st1(
  name: string,
  expected: Pick<Case, "claim" | "outcome" | "code">,
  phases: (tib: number) => readonly Made[],
): Case {
  const runs: Case["runs"] = (random, seed) => {
    const { target, tib } = disk(random);
    return [madeRun(target, phases(tib), { seed })];
  };
  return { name, ...expected, runs };
}

const fallsOff = (tib: number, share = 1): Made =>
  sequentialReads(
    (second) => MIB * (second < 20 ? Math.min(500, 250 * tib) : share * Math.min(500, 40 * tib)),
    8,
    50,
  );

/** In sequence with as many in flight as random reads have. */
const asDeep = (inFlight: number): Made => {
  const { workers = 1, queueDepth = 1 } = randomReads(1, inFlight).plan ?? {};
  const reads = sequentialReads(400 * MIB);
  return { ...reads, plan: { ...reads.plan, workers, queueDepth } };
};

const ST1_CASES: readonly Case[] = [
  st1("the burst of st1", { claim: "ebs.st1.tput.burst", outcome: "supported" }, (tib) => [
    fallsOff(tib),
  ]),
  st1("the baseline of st1", { claim: "ebs.st1.tput.base", outcome: "supported" }, (tib) => [
    fallsOff(tib),
  ]),
  st1(
    "st1 with 60 % of its baseline",
    { claim: "ebs.st1.tput.base", outcome: "refuted" },
    (tib) => [fallsOff(tib, 0.6)],
  ),
  st1("st1 in random order", { claim: "guide.g25.random_collapses", outcome: "supported" }, () => [
    randomReads(500, 16),
    asDeep(16),
  ]),
  st1(
    "a disk that does not mind random order",
    { claim: "guide.g25.random_collapses", outcome: "refuted" },
    () => [randomReads(20_000, 64), asDeep(64)],
  ),
  st1("random operations on st1", { claim: "ebs.hdd.random_penalty", outcome: "supported" }, () => [
    randomReads(495, 16),
  ]),
];

const IO2 = volume("ebs-io2", { sizeBytes: 500 * GIB, iops: 32_000 });
const GP3 = volume("ebs-gp3", { sizeBytes: 500 * GIB, iops: 16_000 });

/** The same phase on two volumes, a number of times each. */
function two(
  name: string,
  expected: Pick<Case, "claim" | "outcome" | "code">,
  first: Partial<Made>,
  second: Partial<Made>,
  repetitions: number,
): Case {
  const runs: Case["runs"] = (_, seed) => {
    const phase = { ...randomReads(2000, 1), repetitions, between: 0.02 };
    return [
      madeRun(IO2, [{ ...phase, ...first }], { seed, id: `io2-${seed}` }),
      madeRun(GP3, [{ ...phase, ...second }], { seed: seed + 1e6, id: `gp3-${seed}` }),
    ];
  };
  return { name, ...expected, runs };
}

const SLOWER = "guide.g07.io2_not_slower";
const OUTLIERS = "ebs.io2_vs_gp.outliers";

const PAIR_CASES: readonly Case[] = [
  two(
    "io2 twice as fast",
    { claim: SLOWER, outcome: "supported" },
    { medianNs: 3e5 },
    { medianNs: 6e5 },
    6,
  ),
  two(
    "io2 half as fast",
    { claim: SLOWER, outcome: "refuted" },
    { medianNs: 9e5 },
    { medianNs: 4e5 },
    6,
  ),
  two(
    "io2 and gp3, one run each",
    { claim: SLOWER, outcome: "inconclusive", code: "repetitions" },
    { medianNs: 3e5 },
    { medianNs: 6e5 },
    1,
  ),
  two(
    "slow operations on gp3",
    { claim: OUTLIERS, outcome: "supported" },
    { medianNs: 3e5, slowShare: 0.001 },
    { medianNs: 3e5, slowShare: 0.05 },
    6,
  ),
  two(
    "as many slow ones on both",
    { claim: OUTLIERS, outcome: "refuted" },
    { medianNs: 3e5, slowShare: 0.03 },
    { medianNs: 3e5, slowShare: 0.03 },
    6,
  ),
];

/** A filled device: its first pass and the next one. */
function touched(
  name: string,
  expected: Pick<Case, "claim" | "outcome" | "code">,
  passes: number,
): Case {
  const runs: Case["runs"] = (random, seed) => {
    const iops = draw(random, 3000, 10_000, 500);
    const address = { kind: "device", path: "/dev/nvme1n1", writable: false } as const;
    const target = volume("ebs-gp3", { iops, throughputBytesPerSecond: 1000 * MIB }, { address });
    const deep = Math.ceil(iops / 1000) * 12;
    const first = randomReads(0.4 * iops, deep);
    const whole = { ...first, plan: { ...first.plan, access: "permutation" } } as const;
    const dataset = 0.4 * iops * 30 * 16 * 1024;
    const phases = passes === 1 ? [first] : [whole, randomReads(iops, deep)];
    const covers = { ...whole, more: { datasetBytes: 0.98 * dataset } };
    return [madeRun(target, passes === 1 ? [first] : [covers, ...phases.slice(1)], { seed })];
  };
  return { name, ...expected, runs };
}

const TOUCH_CASES: readonly Case[] = [
  touched(
    "the first touch of a volume",
    { claim: "ebs.gp3.iops.provisioned", outcome: "inconclusive", code: "initialisation" },
    1,
  ),
];

export const MORE_CASES: readonly Case[] = [
  ...GP2_CASES,
  ...ST1_CASES,
  ...PAIR_CASES,
  ...TOUCH_CASES,
];
