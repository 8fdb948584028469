import { describe, expect, test } from "vitest";
import { claimNamed, loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { verify } from "../../../src/claim/index.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { linesOf, type Made, madeRun } from "../../truth/made-storage.ts";
import { type MadeHosts, machines, onHosts } from "../hosts-run.ts";

const { claims } = await loadCatalogue();
const MIB = 2 ** 20;

const EFS: TargetSpec = {
  name: "efs",
  kind: "efs",
  address: { kind: "path", path: "/mnt/efs" },
  provisioned: {
    throughputMode: "elastic",
    performanceMode: "general-purpose",
    availability: "regional",
    fileClass: "standard",
  },
  instance: { type: "c7gn.8xlarge", networkBaselineBytesPerSecond: 12.5e9 },
};

/** Sequential reads of 1 MiB at a total of so many MiB/s, three times. */
function reads(total: number): Made {
  return {
    seconds: 61,
    rate: total,
    between: 0,
    inside: 0,
    repetitions: 3,
    plan: { access: "sequential", blockBytes: MIB, workers: 4, queueDepth: 16 },
  };
}

/** Without the noise of made runs, so that totals are round. */
function verdictOf(id: string | Claim, total: number, hosts: MadeHosts | null) {
  const claim = typeof id === "string" ? claimNamed(claims, id) : id;
  const alone = madeRun(EFS, [reads(total)]);
  const made = hosts === null ? alone : onHosts(alone, hosts);
  return verify([claim], [made.run], linesOf([made]))[0];
}

const CLIENT = "efs.tput.client";

describe("a claim about one client", () => {
  test("is refuted by one client that exceeds it", () => {
    expect(verdictOf(CLIENT, 3195, null)).toMatchObject({
      outcome: "refuted",
      reason: { words: expect.stringMatching(/^3,195 MiB\/s .* contradicts at most 1,500 MiB\/s/) },
    });
  });

  test("is not refuted by the sum of several: 3,195 MiB/s of four are 799 MiB/s of each", () => {
    const verdict = verdictOf(CLIENT, 3195, { machines: machines(4) });
    expect(verdict?.outcome).toBe("inconclusive");
    expect(verdict?.reason).toEqual({
      code: "below-ceiling",
      words: expect.stringMatching(
        /^798\.8 MiB\/s .*does not test at most 1,500 MiB\/s.* 53% of it/,
      ),
    });
    expect(verdict?.clients).toEqual([{ count: 1, host: "a" }]);
  });

  test("is tested by the best of them", () => {
    const share = (rank: number): number => [0.1, 0.4, 0.3, 0.2][rank] ?? 0;
    const verdict = verdictOf(CLIENT, 3195, { machines: machines(4), share });
    expect(verdict?.measured?.value).toBeCloseTo(0.4 * 3195 * MIB, -6);
    expect(verdict?.clients).toEqual([{ count: 1, host: "b" }]);
  });

  test("is refuted by any of them, and names it", () => {
    const share = (rank: number): number => [0.1, 0.1, 0.7, 0.1][rank] ?? 0;
    const verdict = verdictOf(CLIENT, 3195, { machines: machines(4), share });
    expect(verdict).toMatchObject({ outcome: "refuted", clients: [{ count: 1, host: "c" }] });
  });

  test("takes several processes of one machine as one client", () => {
    const [machine = ""] = machines(1);
    const verdict = verdictOf(CLIENT, 3195, { machines: [machine, machine, machine] });
    expect(verdict).toMatchObject({ outcome: "refuted", clients: [{ count: 1, host: null }] });
  });

  test("adds up the processes of each machine only", () => {
    const [a = "", b = ""] = machines(2);
    const verdict = verdictOf(CLIENT, 3195, { machines: [a, a, a, b] });
    expect(verdict).toMatchObject({ outcome: "refuted", clients: [{ count: 1, host: "a, b, c" }] });
    const apart = verdictOf(CLIENT, 2400, { machines: [a, a, b, b] });
    expect(apart?.reason.code).toBe("below-ceiling");
  });
});

describe("a claim about the whole storage", () => {
  test("is judged on the sum of the clients that share it", () => {
    const total = 100 * 1024;
    const hosts = { machines: machines(8) };
    expect(verdictOf("efs.tput.fs.read", total, hosts)).toMatchObject({
      outcome: "refuted",
      clients: [{ count: 8, host: null }],
    });
  });

  test("is judged host by host where each has its own", () => {
    const hosts = { machines: machines(8), scope: "private" } as const;
    const verdict = verdictOf("efs.tput.fs.read", 100 * 1024, hosts);
    expect(verdict).toMatchObject({
      reason: { code: "below-ceiling" },
      clients: [{ count: 1, host: "a" }],
    });
  });

  test.each<[string, Partial<MadeHosts>]>([
    ["was silent", { host: (rank) => (rank === 2 ? { silentNs: 3e9 } : {}) }],
    [
      "was lost",
      {
        host: (rank) => (rank === 2 ? { state: "partial", reason: "lost", lostAtNs: 9e9 } : {}),
        more: () => ({ state: "partial", reason: "lost: c after 9 s" }),
      },
    ],
  ])("is not judged by a phase in which a host %s", (_, more) => {
    const hosts = { machines: machines(8), ...more };
    const verdict = verdictOf("efs.tput.fs.read", 100 * 1024, hosts);
    expect(verdict).toMatchObject({ outcome: "inconclusive", reason: { code: "incomplete" } });
    // The others measured for themselves.
    const one = verdictOf(CLIENT, 16 * 1024, hosts);
    expect(one).toMatchObject({ outcome: "refuted", clients: [{ count: 1, host: "a" }] });
  });
});

describe("one of several clients", () => {
  const atLeast: Claim = {
    ...claimNamed(claims, CLIENT),
    role: "floor",
    relation: ">=",
    value: "1000",
  };

  test("does not refute a lower bound while others load the storage", () => {
    const verdict = verdictOf(atLeast, 2000, { machines: machines(4) });
    expect(verdict).toMatchObject({
      outcome: "inconclusive",
      reason: {
        code: "other-clients",
        words: "3 other clients loaded the storage at the same time",
      },
    });
    expect(verdictOf(atLeast, 500, null)?.outcome).toBe("refuted");
  });

  test("refutes it on separate storage, and supports it anywhere", () => {
    const own = { machines: machines(4), scope: "private" } as const;
    expect(verdictOf(atLeast, 2000, own)?.outcome).toBe("refuted");
    expect(verdictOf(atLeast, 8000, { machines: machines(4) })?.outcome).toBe("supported");
  });
});
