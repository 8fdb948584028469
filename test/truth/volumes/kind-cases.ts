import {
  type Case,
  DEVICE,
  draws,
  EMPTY,
  GIB,
  gp3,
  io2,
  LARGE,
  MIB,
  RANDOM,
  RATE,
  reads,
  SEQUENTIAL,
} from "./drawn-volumes.ts";
import { REFUTED, SUPPORTED, told } from "./verdict-tally.ts";
import type { Declared } from "./volumes-verified.ts";

function throughput(delivered: "all" | "part"): Case {
  const draw = draws(delivered === "all" ? 8 : 9);
  const mib = draw.between(125, 400, 5);
  const share = delivered === "all" ? 1 : draw.share(60, 80);
  const { is, says } = gp3(3000);
  return {
    name: `a gp3 that moves ${share} of its ${mib} MiB/s`,
    volumes: [
      {
        name: "gp3",
        is: { ...is, bytesPerSecond: mib * share * MIB },
        says: { ...says, provisioned: { ...EMPTY, iops: 3000, throughput: `${mib}MiB/s` } },
      },
    ],
    async measure({ run, verify }) {
      const phase = `${SEQUENTIAL}, blockSize: 256KiB, warmup: 2s, duration: 15s`;
      const rows = await verify(await run(reads("throughput", [phase])));
      const truth = delivered === "all" ? SUPPORTED : REFUTED;
      told.check(rows, "ebs.gp3.tput.provisioned", truth);
      if (delivered === "all") told.checkOthers(rows, "refuted");
    },
  };
}

function provisionedIops(): Case {
  const iops = draws(10).between(2000, 8000, 10);
  return {
    name: `an io2 that delivers its ${iops} IOPS`,
    volumes: [io2("io2", iops)],
    async measure({ run, verify }) {
      const rows = await verify(await run(RATE));
      told.check(rows, "ebs.io2.iops.provisioned", SUPPORTED);
      told.checkOthers(rows, "refuted");
    },
  };
}

/** Not io_uring, whose first attempt at a request in parts the block throttle counts as well. */
const LARGE_READS =
  "access: { sequential: { region: shared } }, engine: sync, workers: 16, blockSize: 1MiB";

/** An st1 volume whose burst lasts some seconds. */
function st1(gib: number, burstSeconds: number): Declared {
  const scale = Math.round((gib * 1024) / ((210 * gib) / 1024) / burstSeconds);
  return {
    name: "st1",
    is: { kind: "st1", asSizeBytes: gib * GIB, scale, ...DEVICE },
    says: {
      kind: "ebs-st1",
      provisioned: { size: `${gib}GiB`, origin: "empty" },
      ...{ instance: LARGE, emulated: { scale } },
    },
  };
}

/** A real one pays a MiB of credit for each random read; here it is 16 KiB, but 500 a second. */
function disordered(): Case {
  const gib = draws(11).between(500, 950, 50);
  return {
    name: `an st1 of ${gib} GiB that has credits, at random and in sequence`,
    volumes: [st1(gib, 100)],
    async measure({ run, verify }) {
      // Twice: two per cent that single runs may differ by do not fit below a ceiling of five.
      const asMany = "access: random, engine: sync, workers: 16, blockSize: 16KiB";
      const random = reads("random", [`${asMany}, warmup: 1s, duration: 11s`]);
      const small = await run(random, "--set", "repetitions=2");
      const large = await run(reads("sequence", [`${LARGE_READS}, warmup: 1s, duration: 11s`]));
      const rows = await verify([...small, ...large]);
      told.check(rows, "guide.g25.random_collapses", SUPPORTED);
      told.check(rows, "ebs.hdd.random_penalty", SUPPORTED);
      told.checkOthers(rows, "refuted");
    },
  };
}

function hardDisk(): Case {
  const draw = draws(14);
  const gib = draw.between(500, 950, 50);
  return {
    name: `an st1 of ${gib} GiB in sequence until its credits run out`,
    volumes: [st1(gib, draw.between(7, 10))],
    async measure({ run, verify }) {
      const rows = await verify(await run(reads("dry", [`${LARGE_READS}, duration: 25s`])));
      told.check(rows, "ebs.st1.tput.burst", SUPPORTED);
      told.check(rows, "ebs.st1.tput.base", SUPPORTED);
      told.checkOthers(rows, "refuted");
    },
  };
}

/** One in flight, below the limits: this compares the latencies of both. */
function faster(): Case {
  const draw = draws(12);
  const [high, low] = [draw.between(90_000, 110_000, 100), draw.between(76_000, 80_000, 100)];
  return {
    name: `an io2 of ${high} IOPS and a gp3 of ${low}, one read at a time`,
    volumes: [io2("io2", high), gp3(low)],
    async measure({ interleave, verify }) {
      const one = "access: random, blockSize: 16KiB, workers: 1, queueDepth: 1";
      const runs = await interleave(reads("one", [`${one}, warmup: 500ms, duration: 2s`]), 8);
      const rows = await verify(runs);
      told.check(rows, "guide.g07.io2_not_slower", SUPPORTED);
      told.check(rows, "ebs.gp3.latency", SUPPORTED);
    },
  };
}

function encrypted(): Case {
  const draw = draws(13);
  const iops = draw.between(3000, 7000, 10);
  const share = draw.share(60, 80);
  return {
    name: `io2 of ${iops} IOPS, one encrypted, and one that encryption leaves ${share}`,
    volumes: [
      io2("plain", iops, { encrypted: false }),
      io2("encrypted", iops, { encrypted: true }),
      io2("slow", iops, { encrypted: true }, share),
    ],
    async measure({ interleave, verify }) {
      const phase = `${RANDOM}, warmup: 1s, duration: 10s`;
      const rows = await verify(await interleave(reads("encrypted", [phase]), 4));
      told.check(rows, "ebs.enc.iops", SUPPORTED, "encrypted;plain");
      told.check(rows, "ebs.enc.iops", REFUTED, "slow;plain");
    },
  };
}

/** Throughput, other kinds, and two volumes concurrently. */
export const KIND_CASES: readonly Case[] = [
  throughput("all"),
  throughput("part"),
  provisionedIops(),
  disordered(),
  hardDisk(),
  faster(),
  encrypted(),
];
