import { describe, expect, test } from "vitest";
import { verify } from "../../../src/claim/index.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import { BACKINGS, type Backing } from "../../../src/model/target/backing.ts";
import { fitOf } from "../../../src/model/target/backing-fit.ts";
import { AMAZON_KINDS, BUCKET_KINDS, type TargetKind } from "../../../src/model/target/kind.ts";
import type { StorageKnowledge } from "../../../src/model/target/knowledge.ts";
import { declaredKnowledge } from "../../../src/model/target/knowledge.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { linesOf, madeRun } from "../../truth/made-storage.ts";
import { CLAIM, TARGET } from "../example.ts";

const PATHS = [...AMAZON_KINDS].filter((kind) => !BUCKET_KINDS.has(kind));

/** What may be below each kind, and what does not show it; everything else contradicts it. */
const FITS: Readonly<Record<string, readonly Backing["kind"][]>> = {
  ebs: ["ebs", "ebs-or-instance-store"],
  "instance-store": ["instance-store", "ebs-or-instance-store"],
  efs: ["efs", "efs-through-helper"],
  "fsx-lustre": ["fsx-lustre"],
};
const OPEN: Readonly<Record<string, readonly Backing["kind"][]>> = {
  ebs: ["container-layer", "unknown"],
  "instance-store": ["container-layer", "unknown"],
  efs: ["nfs"],
  "fsx-lustre": [],
};
const groupOf = (kind: TargetKind) => (kind.startsWith("ebs-") ? "ebs" : kind);

function backing(kind: Backing["kind"], more: Partial<Backing> = {}): Backing {
  return { kind, id: null, evidence: "as seen", members: [], mountOptions: [], ...more };
}

function targetOf(kind: TargetKind, more: Partial<TargetSpec> = {}): TargetSpec {
  return { ...TARGET, kind, ...more };
}

/** The same measurements for all targets: 6,000 IOPS, and 2,000 of 6,000. */
const MADE = [6000, 2000].map((rate) => {
  const made = { seconds: 30, repetitions: 3, rate, plan: { workers: 4, queueDepth: 16 } };
  return madeRun(TARGET, [made]);
});

/** What they say on a target with knowledge. */
function outcomes(target: TargetSpec, more: Partial<StorageKnowledge>, old = false) {
  const claim: Claim = {
    ...CLAIM,
    side: { ...CLAIM.side, kinds: PATHS },
    value: "6000.0",
    needs: { ...CLAIM.needs, instance: null, uncached: false },
  };
  const storage = { ...declaredKnowledge(target), ...more };
  return MADE.map((made) => {
    const run = { ...made.run, target, ...(old ? {} : { storage }) };
    const [verdict] = verify([claim], [run], linesOf([made]));
    return verdict;
  });
}

const TABLE = PATHS.flatMap((kind) => BACKINGS.map((seen) => [kind, seen] as const));

describe("every kind on every backing", () => {
  test.each(TABLE)("%s on %s", (kind, seen) => {
    const target = targetOf(kind);
    const fits = FITS[groupOf(kind)]?.includes(seen) === true;
    const open = OPEN[groupOf(kind)]?.includes(seen) === true;
    const { mismatch, unknown } = fitOf(target, backing(seen));
    expect({ wrong: mismatch !== null, open: unknown !== null }).toEqual({
      wrong: !fits && !open,
      open,
    });
    const [reached, missed] = outcomes(target, { backing: backing(seen), misfit: mismatch });
    if (fits || open) {
      expect([reached?.outcome, missed?.outcome]).toEqual(["supported", "refuted"]);
      if (open) expect(missed?.caveats).toContain(unknown);
    } else {
      for (const verdict of [reached, missed]) {
        expect(verdict).toMatchObject({
          outcome: "inconclusive",
          reason: { code: "mismatch", words: mismatch },
        });
        expect(verdict?.settle).toContain("declare the actual kind");
      }
    }
    // A run of before this was stored is judged by what it stores of the backing.
    const [older] = outcomes(target, { backing: backing(seen) });
    expect(older?.reason.code === "mismatch").toBe(!fits && !open);
    // What only imitates its kind is expected to be something else.
    const imitation = targetOf(kind, { emulated: { scale: 1 } });
    const emulated = outcomes(imitation, { backing: backing(seen) });
    expect(emulated.map((one) => one?.outcome)).toEqual(["supported", "refuted"]);
  });
});

describe("what AWS describes", () => {
  test.each(PATHS)("%s, described as another kind, decides nothing", (kind) => {
    const described = kind === "ebs-gp2" ? "ebs-io2" : "ebs-gp2";
    const [reached, missed] = outcomes(targetOf(kind), { describedKind: described });
    expect([reached?.reason.code, missed?.reason.code]).toEqual(["mismatch", "mismatch"]);
  });

  test("a kind that assay does not have, or several in one array", () => {
    const misfit = "declared as an EBS gp3 volume, but DescribeVolumes reports io1";
    const found = outcomes(targetOf("ebs-gp3"), { misfit, mismatches: [misfit] });
    expect(found.map((one) => one?.reason)).toEqual([
      { code: "mismatch", words: misfit },
      { code: "mismatch", words: misfit },
    ]);
  });

  test("the declared kind goes before what is below: NFS by an address, described as EFS", () => {
    const seen = { backing: backing("nfs"), describedKind: "efs", misfit: null } as const;
    expect(outcomes(targetOf("efs"), seen).map((one) => one?.outcome)).toEqual([
      "supported",
      "refuted",
    ]);
  });

  test("other sizes than declared are a caveat: what is described is what counts", () => {
    const mismatch = "declared 6,000 IOPS, but DescribeVolumes reports 3,000";
    const seen = { describedKind: "ebs-gp3", mismatches: [mismatch], misfit: null } as const;
    const [reached] = outcomes(targetOf("ebs-gp3"), seen);
    expect(reached).toMatchObject({ outcome: "supported" });
    expect(reached?.caveats).toContain(mismatch);
  });
});

describe("what is put together or spoken", () => {
  test("an array is what its members are, and one stranger among them contradicts", () => {
    const [ebs, store] = [backing("ebs"), backing("instance-store", { evidence: "the stranger" })];
    const mixed = backing("unknown", { members: [ebs, store] });
    expect(fitOf(targetOf("ebs-gp3"), mixed).mismatch).toContain("the stranger");
    const alike = backing("ebs", { members: [ebs, ebs] });
    expect(fitOf(targetOf("ebs-gp3"), alike)).toEqual({ mismatch: null, unknown: null });
  });

  test.each(["vers=3", "vers=4.2", "nfsvers=3"])("EFS does not speak %s", (version) => {
    const seen = backing("nfs", { mountOptions: ["hard", version] });
    expect(fitOf(targetOf("efs"), seen).mismatch).toContain(version);
    const fine = backing("nfs", { mountOptions: ["hard", "vers=4.1"] });
    expect(fitOf(targetOf("efs"), fine).mismatch).toBeNull();
  });

  test("a run of which nothing was looked at is judged as declared", () => {
    const found = outcomes(targetOf("ebs-gp3"), {}, true);
    expect(found.map((one) => one?.outcome)).toEqual(["supported", "refuted"]);
  });

  test("one run on something else among good ones is enough", () => {
    const target = targetOf("ebs-gp3");
    const made = { seconds: 30, rate: 6000, plan: { workers: 4, queueDepth: 16 } };
    const good = { ...declaredKnowledge(target), backing: backing("ebs"), misfit: null };
    const bad = { ...good, backing: backing("loop-device"), misfit: "it was a loop device" };
    const runs = [
      madeRun(target, [made], { seed: 1, startedAt: "2026-01-01T00:00:00.000Z", storage: bad }),
      madeRun(target, [made], { seed: 2, startedAt: "2026-01-02T00:00:00.000Z", storage: good }),
    ];
    const claim = { ...CLAIM, value: "6000.0" };
    const [verdict] = verify(
      [claim],
      runs.map(({ run }) => run),
      linesOf(runs),
    );
    expect(verdict?.reason).toEqual({ code: "mismatch", words: "it was a loop device" });
  });
});
