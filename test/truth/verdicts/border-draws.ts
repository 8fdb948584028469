import { singleRunReach } from "../../../src/metrics/statistics/drift.ts";
import type { Random } from "../../../src/model/random/random.ts";
import { FEW_RUNS, runToRunOf } from "../../../src/model/run/run-to-run.ts";
import { KIND } from "../../../src/model/target/kind.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { type Made, type MadeRun, madeRun } from "../made-storage.ts";
import { RUN_NOISE_NAMES, RUN_NOISES, type RunNoiseName } from "../run-noise.ts";
import { GIB, LARGE, MIB, randomReads, sequentialReads, TIB, volume } from "../verdict-draws.ts";

/** Storage with a figure, and how a phase of it is made. */
interface Storage {
  readonly claim: string;
  readonly target: TargetSpec;
  /** Share of the figure from which upward it agrees. */
  readonly border: number;
  /** A phase whose measured value is `share` of the figure; shares above 1 are faster. */
  readonly phase: (share: number) => Made;
  /** The measured value of a phase with share 1, base units. */
  readonly unit: number;
  /** The measure falls where the storage is faster. */
  readonly isTime?: boolean;
}

const IOPS = 4000;
const SECONDS = 20;
const ZONE = { zone: "eu-west-1a" };

const provisioned = (kind: "ebs-gp3" | "ebs-io2", claim: string): Storage => ({
  claim,
  target: volume(kind, { sizeBytes: 500 * GIB, iops: IOPS, throughputBytesPerSecond: 500 * MIB }),
  border: 0.9,
  phase: (share) => randomReads(share * IOPS, 64, SECONDS),
  unit: IOPS,
});

/** Provisioned and shared storage, rates and a time. */
const STORAGES: readonly Storage[] = [
  provisioned("ebs-gp3", "ebs.gp3.iops.provisioned"),
  provisioned("ebs-io2", "ebs.io2.iops.provisioned"),
  {
    claim: "ebs.gp3.latency",
    target: volume("ebs-gp3", { sizeBytes: 500 * GIB, iops: IOPS }),
    border: 1,
    phase: (share) => ({ ...randomReads(share * 100, 1, SECONDS), spread: 0.02 }),
    unit: 10e6,
    isTime: true,
  },
  {
    claim: "lustre.disk.read",
    target: volume(
      "fsx-lustre",
      { sizeBytes: 1.2 * TIB, deployment: "scratch-2", medium: "ssd", ...ZONE },
      { instance: { ...LARGE, ...ZONE } },
    ),
    border: 0.9,
    phase: (share) => sequentialReads(share * 240e6, 16, SECONDS),
    unit: 240e6,
  },
];

const REPETITIONS = [1, 3, 5, 10] as const;

/** A stored run whose storage has a known share of its figure. */
export interface Draw {
  readonly noise: RunNoiseName;
  readonly claim: string;
  readonly isShared: boolean;
  readonly repetitions: number;
  /** Long-term value of the storage, in base units of the measure. */
  readonly truth: number;
  readonly agrees: boolean;
  /** Whether runs of this number and noise can tell, see {@link isDecidable}. */
  readonly decidable: boolean;
  readonly made: readonly MadeRun[];
}

/** Runs at the border of a figure: 0.85 to 1.03 of it, runs that differ by 0.5% to 10%. */
export function borderDraw(random: Random, index: number): Draw {
  return draw(random, index, 0.85 + 0.18 * random.unit(), 0.005 + 0.095 * random.unit());
}

/** The same with each repetition as a separate run, hours after the previous one. */
export function separateDraw(random: Random, index: number): Draw {
  const { made, ...rest } = borderDraw(random, index);
  return { ...rest, made: made.flatMap(apart) };
}

/** Honest storage, 1 to 1.03 of its figure, in 7 or 10 separate runs that differ by 0.2% to 2%. */
export function honestDraw(random: Random, index: number): Draw {
  const share = 1 + 0.03 * random.unit();
  const between = 0.002 + 0.018 * random.unit();
  const storage = pick(
    STORAGES.filter(({ isTime }) => isTime !== true),
    random,
  );
  const { made, ...rest } = drawOf(storage, pick([7, 10], random), random, index, share, between);
  return { ...rest, decidable: rest.noise === "independent", made: made.flatMap(apart) };
}

/** Each repetition of a run as a separate run, six hours after the previous one. */
function apart({ run, lines }: MadeRun): readonly MadeRun[] {
  return run.phases.map((result, at) => {
    const startedAt = new Date(Date.parse(run.startedAt) + at * 6 * 3600e3).toISOString();
    const id = `${run.id}-${at + 1}`;
    return { run: { ...run, id, startedAt, phases: [result] }, lines };
  });
}

/** Runs well off the border, or at the figure itself, that differ by 0.2% to 2%. */
export function clearDraw(random: Random, index: number): Draw {
  const share = random.unit() < 0.5 ? 1 : 0.4 + 0.4 * random.unit();
  return draw(random, index, share, 0.002 + 0.018 * random.unit());
}

function draw(random: Random, index: number, share: number, between: number): Draw {
  const storage = pick(STORAGES, random);
  return drawOf(storage, pick(REPETITIONS, random), random, index, share, between);
}

function drawOf(
  storage: Storage,
  repetitions: number,
  random: Random,
  index: number,
  share: number,
  between: number,
): Draw {
  const noise = RUN_NOISE_NAMES[index % RUN_NOISE_NAMES.length] ?? "independent";
  const phase = { ...storage.phase(share), repetitions, between, noise: RUN_NOISES[noise] };
  const made = madeRun(storage.target, [phase], { seed: 1 + random.below(2 ** 30) });
  const { kind } = storage.target;
  return {
    noise,
    claim: storage.claim,
    isShared: KIND[kind].isShared === true,
    repetitions,
    truth: storage.isTime === true ? storage.unit / share : storage.unit * share,
    agrees: storage.isTime === true ? share > storage.border : share >= storage.border,
    decidable: isDecidable(storage, noise, { share, between, repetitions }),
    made: [made],
  };
}

/**
 * Whether runs can tell on which side of the border their storage is: its distance is beyond the
 * spread assumed for one run (for three or more, nine tenths of it) and eight deviations of the
 * noise, which has to be independent. Shared storage is refuted by three runs or more.
 */
function isDecidable(
  { target, border, isTime }: Storage,
  noise: RunNoiseName,
  { share, between, repetitions }: Record<"share" | "between" | "repetitions", number>,
): boolean {
  const distance = Math.abs(Math.log(share / border));
  const assumed = runToRunOf(target.kind);
  const single = repetitions < 3;
  const below = share < border;
  if (!["independent", "heavy tails"].includes(noise)) return false;
  if (single && below && KIND[target.kind].isShared) return false;
  const isFigure = share === 1 && isTime !== true && between <= 0.003 && !single;
  const lone = Math.max(singleRunReach(assumed), singleRunReach(FEW_RUNS, 0.98));
  const needed = single ? lone : 2.25 * assumed.share;
  return isFigure || (distance > needed + 2 * between && distance > 8 * between);
}

function pick<One>(all: readonly One[], random: Random): One {
  const one = all[random.below(all.length)];
  if (one === undefined) throw new Error("nothing to pick from");
  return one;
}
