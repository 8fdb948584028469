import type { Random } from "../../../src/model/random/random.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { type Made, madeRun } from "../made-storage.ts";
import {
  draw,
  GIB,
  KIB,
  LARGE,
  MIB,
  randomReads,
  sequentialReads,
  volume,
} from "../verdict-draws.ts";
import type { Case } from "./cases.ts";
import { type SlowSeconds, slowSeconds } from "./slow-seconds.ts";

const GP3 = "ebs.gp3.iops.provisioned";

interface Drawn {
  readonly target: TargetSpec;
  readonly iops: number;
  readonly deep: number;
}

/** A gp3 or io2 with provisioned IOPS, and a queue depth for them at 10 ms each. */
function provisioned(random: Random, kind: "ebs-gp3" | "ebs-io2" = "ebs-gp3"): Drawn {
  const iops = draw(random, 3000, 16_000, 500);
  const more = kind === "ebs-gp3" ? { throughputBytesPerSecond: 0.25 * iops * MIB } : {};
  const sizeBytes = draw(random, 100, 900, 50) * GIB;
  const target = volume(kind, { sizeBytes, iops, ...more });
  return { target, iops, deep: Math.ceil(iops / 1000) * 12 };
}

/** A case of one phase on one such volume. */
function one(
  name: string,
  expected: Pick<Case, "claim" | "outcome" | "code">,
  phase: (drawn: Drawn, random: Random) => Made,
  change: (drawn: Drawn) => Partial<TargetSpec> = () => ({}),
  kind: "ebs-gp3" | "ebs-io2" = "ebs-gp3",
): Case {
  const runs: Case["runs"] = (random, seed) => {
    const drawn = provisioned(random, kind);
    const target = { ...drawn.target, ...change(drawn) };
    return [madeRun(target, [phase(drawn, random)], { seed })];
  };
  return { name, ...expected, runs };
}

const full = ({ iops, deep }: Drawn): Made => randomReads(iops, deep);
const seventy = ({ iops, deep }: Drawn): Made => randomReads(0.7 * iops, deep);
const inconclusive = (code: Case["code"], claim = GP3) =>
  ({ claim, outcome: "inconclusive", ...(code === undefined ? {} : { code }) }) as const;
/** Two hours in which some seconds are slow. */
const slowIn =
  (kind: SlowSeconds) =>
  ({ iops, deep }: Drawn, random: Random): Made => {
    const slow = slowSeconds(random, 7200, kind);
    return randomReads((second) => (slow[Math.floor(second)] ? 0.5 : 1) * iops, deep, 7200);
  };
const BUSY = { by: "processor", reason: "the processor was used up", advice: "use more" } as const;

export const SSD_CASES: readonly Case[] = [
  one("an honest gp3", { claim: GP3, outcome: "supported" }, full),
  one("a gp3 that delivers 70 %", { claim: GP3, outcome: "refuted" }, seventy),
  one("a gp3 that delivers 80 %, three times", { claim: GP3, outcome: "refuted" }, (drawn) => ({
    ...randomReads(0.8 * drawn.iops, drawn.deep),
    repetitions: 3,
  })),
  one("an honest gp3 of which half was written", { claim: GP3, outcome: "supported" }, (drawn) => ({
    ...full(drawn),
    operations: ["read", "write"],
  })),
  one("a gp3 behind a smaller machine", inconclusive("instance-bound"), seventy, ({ iops }) => ({
    instance: { type: "t9.small", ebsBaselineIops: 0.7 * iops, ebsBaselineBytesPerSecond: 9e9 },
  })),
  one(
    "a gp3 behind a machine by its bytes",
    inconclusive("instance-bound"),
    seventy,
    ({ iops }) => ({
      instance: { ebsBaselineIops: 1e6, ebsBaselineBytesPerSecond: 0.7 * iops * 16 * KIB },
    }),
  ),
  one(
    "a gp3 behind a machine whose burst is unknown",
    inconclusive("instance-bound"),
    seventy,
    ({ iops }) => ({
      instance: { ...LARGE, ebsBaselineIops: 0.5 * iops, ebsMaximumIops: 2 * iops },
    }),
  ),
  one("a slow gp3 on an unknown machine", inconclusive("instance-bound"), seventy, ({ target }) => {
    const { instance: _, ...rest } = target;
    return { ...rest, instance: {} };
  }),
  one("an honest gp3 on an unknown machine", { claim: GP3, outcome: "supported" }, full, () => ({
    instance: {},
  })),
  one("a cached file", inconclusive("cache"), (drawn, random) => ({
    ...randomReads(1.5 * drawn.iops, drawn.deep),
    cachedShare: 0.2 + 0.7 * random.unit(),
  })),
  one("buffered writes", inconclusive("cache"), (drawn) => ({
    ...randomReads(3 * drawn.iops, drawn.deep, 30, { cache: "dropped" }),
    operations: ["write"],
  })),
  one("a run too short to support", inconclusive("too-short"), ({ iops, deep }, random) =>
    randomReads(iops, deep, draw(random, 2, 9)),
  ),
  one("a run too short to refute", inconclusive("too-short"), ({ iops, deep }, random) =>
    randomReads(0.6 * iops, deep, draw(random, 2, 9)),
  ),
  one("too few in flight", inconclusive("queue-depth"), ({ iops }) => randomReads(0.7 * iops, 2)),
  one("a busy client", inconclusive("client-bound"), (drawn) => ({
    ...seventy(drawn),
    bound: BUSY,
  })),
  one("a busy client that got it all the same", { claim: GP3, outcome: "supported" }, (drawn) => ({
    ...full(drawn),
    bound: BUSY,
  })),
  one("a harness that was stopped", inconclusive("harness"), (drawn) => ({
    ...seventy(drawn),
    warnings: [{ code: "own-pause", message: "the process stood still for 9 s" }],
  })),
  one("a rate below what was provisioned", inconclusive("uncertain"), ({ iops, deep }) =>
    randomReads(0.9 * iops, deep),
  ),
  one("operations that failed", inconclusive("errors"), (drawn) => {
    const made = seventy(drawn);
    return { ...made, failedShare: 0.05 };
  }),
  one(
    "nothing declared",
    inconclusive("undeclared", "ebs.io2.iops.provisioned"),
    full,
    () => ({
      provisioned: {},
    }),
    "ebs-io2",
  ),
  one(
    "an honest io2",
    { claim: "ebs.io2.iops.provisioned", outcome: "supported" },
    full,
    undefined,
    "ebs-io2",
  ),
  one(
    "an io2 that delivers 70 %",
    { claim: "ebs.io2.iops.provisioned", outcome: "refuted" },
    seventy,
    undefined,
    "ebs-io2",
  ),
  one("gp3 below its ceiling", inconclusive("below-ceiling", "ebs.gp3.iops.max"), full),
  one("gp3 beyond its ceiling", { claim: "ebs.gp3.iops.max", outcome: "refuted" }, () =>
    randomReads(95_000, 128),
  ),
  one("gp3 beyond a figure of before", inconclusive("superseded", "ebs.gp3.iops.max.2025"), () =>
    randomReads(30_000, 64),
  ),
  one(
    "gp3 in single-digit milliseconds",
    { claim: "ebs.gp3.latency", outcome: "supported" },
    (_, random) => randomReads(draw(random, 300, 900), 1),
  ),
  one("gp3 in 15 ms", { claim: "ebs.gp3.latency", outcome: "refuted" }, () =>
    randomReads(1 / 0.015, 1),
  ),
  one(
    "io2 in 0.3 ms",
    { claim: "ebs.io2.latency.avg", outcome: "supported" },
    () => randomReads(3300, 1),
    ({ target }) => ({
      provisioned: { ...target.provisioned, iops: 32_000 },
    }),
    "ebs-io2",
  ),
  one(
    "io2 in 0.8 ms",
    { claim: "ebs.io2.latency.avg", outcome: "refuted" },
    () => randomReads(1250, 1),
    ({ target }) => ({
      provisioned: { ...target.provisioned, iops: 32_000 },
    }),
    "ebs-io2",
  ),
  one(
    "gp3 throughput as provisioned",
    { claim: "ebs.gp3.tput.provisioned", outcome: "supported" },
    ({ target }) => sequentialReads(target.provisioned.throughputBytesPerSecond ?? 0, 64),
  ),
  one(
    "gp3 throughput of 70 %",
    { claim: "ebs.gp3.tput.provisioned", outcome: "refuted" },
    ({ target }) => sequentialReads(0.7 * (target.provisioned.throughputBytesPerSecond ?? 0), 64),
  ),
  one(
    "a steady gp3, five hours",
    { claim: "ebs.gp3.consistency", outcome: "supported" },
    ({ iops, deep }) => randomReads(iops, deep, 18_000),
  ),
  one(
    "a steady gp3, twenty minutes: slow stretches of 30 s may not have come yet",
    inconclusive("uncertain", "ebs.gp3.consistency"),
    ({ iops, deep }) => randomReads(iops, deep, 1200),
  ),
  one(
    "a gp3 that is slow 0.4 % of two hours, a second at a time",
    { claim: "ebs.gp3.consistency", outcome: "supported" },
    slowIn({ share: 0.004, stretch: 1, lengths: "fixed" }),
  ),
  one(
    "a gp3 that is slow 5 % of two hours, 10 s at a time",
    { claim: "ebs.gp3.consistency", outcome: "refuted" },
    slowIn({ share: 0.05, stretch: 10, lengths: "geometric" }),
  ),
  one(
    "a gp3 that is slow 5 % of the time",
    { claim: "ebs.gp3.consistency", outcome: "refuted" },
    ({ iops, deep }) =>
      randomReads((second) => (Math.floor(second) % 20 === 0 ? 0.5 * iops : iops), deep, 600),
  ),
  one(
    "a steady gp3 of one minute",
    inconclusive("uncertain", "ebs.gp3.consistency"),
    ({ iops, deep }) => randomReads(iops, deep, 65),
  ),
];
