import { describe, expect, test } from "vitest";
import { claimNamed, loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { verify } from "../../../src/claim/index.ts";
import type { Verdict } from "../../../src/model/claim/verdict.ts";
import type { PhaseHost } from "../../../src/model/run/hosts.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { HARNESS, linesOf, madeRun } from "../../truth/made-storage.ts";
import { type MadeHosts, machines, onHosts } from "../hosts-run.ts";

const { claims } = await loadCatalogue();
const MB = 1e6;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** 500 MB/s for each of 2.4 TiB: 1,200 MB/s, which takes several clients. */
const LUSTRE: TargetSpec = {
  name: "fsx",
  kind: "fsx-lustre",
  address: { kind: "path", path: "/mnt/fsx" },
  provisioned: {
    sizeBytes: 2.4 * 1024 * GIB,
    deployment: "persistent-2",
    medium: "ssd",
    throughputPerTibBytesPerSecond: 500 * MB,
    zone: "eu-west-1a",
  },
  instance: { type: "c7gn.8xlarge", zone: "eu-west-1a", networkBaselineBytesPerSecond: 1e9 },
};

/** The total of each number of clients, MB/s. */
type Sweep = Readonly<Record<number, number>>;

function swept(sweep: Sweep, more: Partial<MadeHosts> = {}, target = LUSTRE) {
  const counts = Object.keys(sweep).map(Number);
  const phases = counts.map((count) => ({
    name: `read[hosts=${count}]`,
    seconds: 61,
    rate: ((sweep[count] ?? 0) * MB) / MIB,
    between: 0,
    inside: 0,
    repetitions: 5,
    plan: { access: "sequential", blockBytes: MIB, workers: 4, queueDepth: 16 } as const,
  }));
  const hosts = {
    machines: machines(Math.max(...counts)),
    in: ({ phase }: { readonly phase: { readonly name: string } }) =>
      Number(/\d+/.exec(phase.name)?.[0]),
  };
  return onHosts(madeRun(target, phases), { ...hosts, ...more });
}

function verdictOf(id: string, sweep: Sweep, more?: Partial<MadeHosts>, target = LUSTRE) {
  const made = swept(sweep, more, target);
  return verify([claimNamed(claims, id)], [made.run], linesOf([made]))[0];
}

const FAST = "lustre.disk.read.fast";

describe("a total that takes several clients", () => {
  test("is supported by the clients that reach it, with or without a sweep", () => {
    const expected: Partial<Verdict> = {
      outcome: "supported",
      clients: [{ count: 4, host: null }],
    };
    expect(verdictOf(FAST, { 4: 1800 })).toMatchObject(expected);
    expect(verdictOf(FAST, { 1: 500, 2: 1000, 4: 1800 })).toMatchObject(expected);
  });

  test("is refuted if adding hosts no longer helps", () => {
    const verdict = verdictOf(FAST, { 1: 300, 2: 580, 4: 600 });
    expect(verdict).toMatchObject({ outcome: "refuted", clients: [{ count: 4, host: null }] });
  });

  test("is open while the last step still helps, and the next one is named", () => {
    const verdict = verdictOf(FAST, { 1: 150, 2: 300, 4: 402 });
    expect(verdict).toMatchObject({
      outcome: "inconclusive",
      reason: {
        code: "more-clients",
        words: expect.stringMatching(/^the step from 2 to 4 clients raised the total by 33.9%, so/),
      },
      settle:
        "add hosts until a step raises the total by less than 10%, such as " +
        "`matrix: { hosts: [1, 2, 4, 8] }`",
    });
  });

  test("is open without a sweep, and the sweep is named", () => {
    expect(verdictOf(FAST, { 4: 600 })).toMatchObject({
      outcome: "inconclusive",
      reason: {
        code: "more-clients",
        words: "whether more than 4 clients reach more is unknown",
      },
      settle: "run it with a sweep up to 4 hosts, such as `matrix: { hosts: [1, 2, 4] }`",
    });
  });

  test("is open with one client, or with processes of one machine", () => {
    const expected = { outcome: "inconclusive", reason: { code: "one-client" } } as const;
    expect(verdictOf(FAST, { 1: 600 })).toMatchObject(expected);
    const [machine = ""] = machines(1);
    const processes = { machines: Array.from({ length: 4 }, () => machine) };
    expect(verdictOf(FAST, { 4: 600 }, processes)).toMatchObject(expected);
  });

  test("does not count a client that was lost", () => {
    const host = (rank: number): Partial<PhaseHost> =>
      rank === 1 ? { state: "partial", reason: "lost" } : {};
    expect(verdictOf(FAST, { 2: 600 }, { host })?.reason.code).toBe("one-client");
  });
});

describe("the limits of several hosts", () => {
  test("are those of all of them together", () => {
    // 1 GB/s each: two cannot carry 2.4 GB/s.
    const target = {
      ...LUSTRE,
      provisioned: { ...LUSTRE.provisioned, sizeBytes: 4.8 * 1024 * GIB },
    };
    const low: Sweep = { 1: 900, 2: 950 };
    expect(verdictOf(FAST, low, {}, target)).toMatchObject({
      reason: {
        code: "network-bound",
        words: expect.stringMatching(/c7gn.8xlarge is 1000 MB\/s, 2,000 MB\/s for 2 hosts, too/),
      },
    });
    expect(verdictOf(FAST, { 1: 900, 2: 950, 4: 960 }, {}, target)?.outcome).toBe("refuted");
  });

  test("are unknown if one of them is of another type", () => {
    const record = (rank: number) => ({ instanceType: rank === 1 ? "m5.large" : "c7gn.8xlarge" });
    const verdict = verdictOf(FAST, { 2: 580, 4: 600 }, { record });
    expect(verdict?.reason.code).toBe("network-bound");
    expect(verdict?.reason.words).toMatch(/instance limit is unknown/);
  });
});

describe("the load generators of several hosts", () => {
  const bound = { by: "processor", reason: "used 7.9 of 8 cores", advice: "use more" } as const;

  test("are judged one by one and named", () => {
    const host = (rank: number): Partial<PhaseHost> =>
      [1, 2, 5].includes(rank) ? { harness: { ...HARNESS, bound } } : {};
    const verdict = verdictOf(FAST, { 4: 590, 8: 600 }, { host });
    expect(verdict).toMatchObject({
      outcome: "inconclusive",
      reason: {
        code: "client-bound",
        words: expect.stringMatching(/^3 of 8 hosts were client-bound \(b, c, f\): b: used 7.9 of/),
      },
    });
  });

  test("widen the interval by what the worst of them lost", () => {
    const stopped = { count: 1, totalNs: 4e8, longestNs: 4e8, list: [], short: null };
    const host = (rank: number): Partial<PhaseHost> =>
      rank === 1
        ? { harness: { ...HARNESS, pauses: stopped } }
        : { harness: { ...HARNESS, pauses: { ...stopped, count: 0, totalNs: 0 } } };
    const sound = verdictOf(FAST, { 4: 590, 8: 600 });
    const paused = verdictOf(FAST, { 4: 590, 8: 600 }, { host });
    const [low, lower] = [sound?.measured?.low ?? 0, paused?.measured?.low ?? 0];
    expect(lower / low).toBeCloseTo(0.96, 2);
  });
});

describe("twice as many readers", () => {
  const G03 = "guide.g03.lustre";
  const more = { 1: 300, 2: 600, 4: 610 };

  test("that read more support sharing, by the first step of the sweep", () => {
    expect(verdictOf(G03, more)).toMatchObject({
      outcome: "supported",
      phases: ["read[hosts=2]", "read[hosts=1]"],
      clients: [
        { count: 2, host: null },
        { count: 1, host: null },
      ],
    });
  });

  test("that read no more refute it", () => {
    expect(verdictOf(G03, { 1: 300, 2: 290 })?.outcome).toBe("refuted");
  });

  test("leave it open where one reader has all that is provisioned", () => {
    const verdict = verdictOf(G03, { 1: 1150, 2: 1160 });
    expect(verdict?.outcome).toBe("inconclusive");
    const full = verdictOf(G03, { 1: 1150, 2: 1000 });
    expect(full?.reason.code).toBe("more-clients");
    expect(full?.reason.words).toMatch(/^one client reached the provisioned throughput \(1,200 MB/);
  });

  test("of one machine are one reader", () => {
    const [machine = ""] = machines(1);
    expect(verdictOf(G03, more, { machines: [machine, machine, machine, machine] })).toBe(
      undefined,
    );
  });
});
