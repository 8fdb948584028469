import {
  type Case,
  DEVICE,
  draws,
  GIB,
  gp3,
  LARGE,
  MIB,
  RANDOM,
  RATE,
  reads,
  SEQUENTIAL,
} from "./drawn-volumes.ts";
import { REFUTED, SUPPORTED, told, untold } from "./verdict-tally.ts";

const PROVISIONED = "ebs.gp3.iops.provisioned";

function honest(): Case {
  const iops = draws(1).between(3000, 8000, 10);
  return {
    name: `a gp3 that delivers its ${iops} IOPS`,
    volumes: [gp3(iops)],
    async measure({ run, verify }) {
      const rows = await verify(await run(RATE));
      told.check(rows, PROVISIONED, SUPPORTED);
      told.check(rows, "ebs.gp3.iops.baseline", SUPPORTED);
      told.checkOthers(rows, "refuted");
    },
  };
}

function short(): Case {
  const draw = draws(2);
  const iops = draw.between(4500, 8000, 10);
  const share = draw.share(60, 80);
  return {
    name: `a gp3 that delivers ${share} of its ${iops} IOPS`,
    volumes: [gp3(iops, share)],
    async measure({ run, verify }) {
      const rows = await verify(await run(RATE));
      told.check(rows, PROVISIONED, REFUTED);
      told.check(rows, "guide.g10.iops", REFUTED);
    },
  };
}

function bounded(): Case {
  const draw = draws(3);
  const iops = draw.between(3500, 8000, 10);
  const ebsIops = Math.round((iops * draw.share(50, 80)) / 10) * 10;
  return {
    name: `a gp3 of ${iops} IOPS behind an instance of ${ebsIops}`,
    volumes: [
      gp3(iops, 1, {
        is: { ...gp3(iops).is, instance: { iops: ebsIops, bytesPerSecond: null } },
        says: { instance: { ...LARGE, ebsIops } },
      }),
    ],
    async measure({ run, verify }) {
      const rows = await verify(await run(RATE));
      const row = told.check(rows, PROVISIONED, untold("instance-bound"));
      told.check(rows, "guide.g10.iops", SUPPORTED);
      if (row.bound_by !== "instance" || row.bound !== ebsIops) {
        throw new Error(`the bound is ${row.bound_by} with ${row.bound}, not the instance`);
      }
      told.checkOthers(rows, "refuted");
    },
  };
}

function dry(): Case {
  const draw = draws(4);
  const size = draw.between(60, 250, 10);
  const scale = Math.round(5_400_000 / (3000 - 3 * size) / draw.between(8, 12));
  return {
    name: `a gp2 of ${size} GiB whose credits, 1/${scale} of Amazon's, run out`,
    volumes: [
      {
        name: "gp2",
        is: { kind: "gp2", asSizeBytes: size * GIB, scale, ...DEVICE },
        says: {
          kind: "ebs-gp2",
          provisioned: { size: `${size}GiB`, origin: "empty" },
          instance: LARGE,
          emulated: { scale },
        },
      },
    ],
    async measure({ run, verify }) {
      const rows = await verify(await run(reads("dry", [`${RANDOM}, duration: 30s`])));
      told.check(rows, "ebs.gp2.iops.burst", SUPPORTED);
      told.check(rows, "ebs.gp2.iops.baseline", SUPPORTED);
      told.check(rows, "ebs.gp2.burst.duration", SUPPORTED);
      told.checkOthers(rows, "refuted");
    },
  };
}

function uninitialised(): Case {
  const draw = draws(5);
  const throughput = draw.between(150, 300, 5);
  const share = draw.share(30, 45);
  const size = Math.ceil(throughput * share * 10);
  const volume = gp3(3000);
  return {
    name: `a gp3 of ${throughput} MiB/s from a snapshot, ${share} of it at the first touch`,
    volumes: [
      {
        name: "gp3",
        is: {
          ...{ ...volume.is, bytesPerSecond: throughput * MIB },
          ...{ sizeBytes: size * MIB, firstTouchShare: share },
        },
        says: {
          ...volume.says,
          provisioned: {
            ...{ size: "500GiB", iops: 3000, throughput: `${throughput}MiB/s` },
            ...{ origin: "snapshot", initialised: false },
          },
        },
      },
    ],
    async measure({ run, verify }) {
      // Three seconds more than the first pass takes.
      const phase = `${SEQUENTIAL}, blockSize: 256KiB, duration: 13s`;
      const twice = reads("twice", [phase], `${size}MiB`);
      const first = await run(twice);
      const rows = await verify(first);
      told.check(rows, "ebs.gp3.tput.provisioned", untold("initialisation"));
      told.checkOthers(rows, "refuted");
      const both = await verify([...first, ...(await run(twice))]);
      told.check(both, "ebs.gp3.tput.provisioned", SUPPORTED);
      told.check(both, "ebs.init.penalty", SUPPORTED);
      told.checkOthers(both, "refuted");
    },
  };
}

function cached(): Case {
  const iops = draws(6).between(3000, 8000, 10);
  return {
    name: `a file in the page cache, on a gp3 of ${iops} IOPS`,
    volumes: [gp3(iops, 1, { is: { ...gp3(iops).is, fileSystem: "ext4" } })],
    async measure({ run, verify }) {
      const phase = `${RANDOM}, warmup: 1s, duration: 11s`;
      const rows = await verify(await run(reads("cached", [phase], "128MiB", "warm")));
      told.check(rows, PROVISIONED, untold("cache"));
      told.checkOthers(rows, "refuted");
      told.checkOthers(rows, "supported");
    },
  };
}

function brief(): Case {
  const draw = draws(7);
  const iops = draw.between(3000, 8000, 10);
  const seconds = draw.between(2, 6);
  return {
    name: `a run of ${seconds} s on a gp3 of ${iops} IOPS`,
    volumes: [gp3(iops)],
    async measure({ run, verify }) {
      const phase = `${RANDOM}, warmup: 1s, duration: ${seconds}s`;
      const rows = await verify(await run(reads("brief", [phase])));
      told.check(rows, PROVISIONED, untold("too-short"));
      told.checkOthers(rows, "refuted");
    },
  };
}

/** Volumes that are what they are said to be, or not, and what else a run can suffer from. */
export const VOLUME_CASES: readonly Case[] = [
  honest(),
  short(),
  bounded(),
  dry(),
  uninitialised(),
  cached(),
  brief(),
];
