import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { claimNamed, loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { compile, evaluate } from "../../../src/claim/formula/formula.ts";
import { ONE_SIDE, TWO_SIDES } from "../../../src/claim/formula/variables.ts";
import { formatProblem, ScenarioError, UsageError } from "../../../src/model/fault/errors.ts";
import { CLAIM, claimsFile } from "../claim-text.ts";

const { claims, statements } = await loadCatalogue();

describe("the shipped catalogue", () => {
  test("has all statements, each with a derivation, by claims that are there", () => {
    expect(statements.map(({ id }) => id)).toHaveLength(38);
    const ids = new Set(claims.map(({ id }) => id));
    for (const { id, claims: own, derivation } of statements) {
      if (derivation === undefined) throw new Error(`${id} has no derivation`);
      const { supported, refuted, undecided, beyond } = derivation;
      for (const sentence of [supported, refuted, undecided, beyond]) {
        if (sentence !== null) expect(sentence, id).toMatch(/^[A-Zg][^\n]{15,180}\.$/);
      }
      expect(own.length > 0, id).toBe(supported !== null || refuted !== null);
      expect(own.filter((one) => !ids.has(one))).toEqual([]);
    }
  });

  test("says `testable: yes` of what measurements can support and refute alone", () => {
    for (const { id, testable, derivation } of statements) {
      expect(testable === "yes", id).toBe(derivation?.undecided === null);
    }
  });

  test("decides a statement by claims about its own kinds of target only", () => {
    for (const statement of statements) {
      for (const id of statement.claims) {
        const { side, over } = claimNamed(claims, id);
        const foreign = [...side.kinds, ...(over?.kinds ?? [])].filter(
          (kind) => !statement.kinds.includes(kind),
        );
        expect(foreign, `${statement.id}: ${id}`).toEqual([]);
      }
    }
  });

  test("carries no statement by a figure that decides nothing", () => {
    for (const statement of statements) {
      for (const id of statement.claims) {
        const { role, relation } = claimNamed(claims, id);
        expect(["ceiling", "superseded"], `${statement.id}: ${id}`).not.toContain(role);
        // More than is published would refute what it is better than.
        expect(["~", "within"], `${statement.id}: ${id}`).not.toContain(relation);
      }
    }
  });
});

describe("the claims of the shipped catalogue", () => {
  test("have ids that are there once, and claims of every role", () => {
    expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
    const roles = new Set(claims.map(({ role }) => role));
    expect([...roles].sort()).toEqual(
      ["ceiling", "comparison", "expected", "floor", "formula", "superseded"].sort(),
    );
  });

  test.each(claims)(
    "$id: one sentence, a source, and a figure that was worked by hand",
    (claim) => {
      expect(claim.says).toMatch(/^[A-Z][^\n]{15,110}\.$/);
      expect(claim.source.title).toMatch(/\S/);
      expect(claim.source.date).toMatch(/\d{4}/);
      expect(claim.source.address ?? "https://").toMatch(/^https:\/\//);
      for (const figure of ["value", "low", "high"] as const) {
        const text = claim[figure];
        if (text === null) continue;
        const compiled = compile(text, claim.over === null ? ONE_SIDE : TWO_SIDES);
        if ("problem" in compiled) throw new Error(compiled.problem);
        // A figure is its variable where it is nothing else, and needs an example all the same.
        if (compiled.expression.variables.length > 0) expect(claim.examples).not.toEqual([]);
        for (const example of claim.examples) {
          const found = evaluate(compiled.expression, example.given);
          const value = "value" in found ? Number(found.value) : Number.NaN;
          const expected = example[figure] ?? Number.NaN;
          expect(Math.abs(value / expected - 1)).toBeLessThan(0.001);
        }
      }
    },
  );

  test("ask of a fast volume what shows its limit", () => {
    expect(claimNamed(claims, "ebs.gp3.iops.provisioned").needs).toMatchObject({
      inFlightPerThousandIops: 1,
      initialised: true,
      instance: "ebs",
      burst: "any",
      uncached: true,
    });
    expect(claimNamed(claims, "ebs.st1.tput.base").needs).toMatchObject({
      inFlight: 4,
      burst: "ended",
    });
    expect(claimNamed(claims, "ebs.gp3.latency").needs.instance).toBeNull();
    expect(claimNamed(claims, "ebs.init.penalty").needs.initialised).toBe(false);
    expect(claimNamed(claims, "s3x.latency").needs.sameZone).toBe(true);
  });

  test("keep what was published with the day it ended, and nothing else has an end", () => {
    for (const { role, until } of claims) expect(until !== null).toBe(role === "superseded");
  });
});

describe("a claim by its id", () => {
  test("is found", () => {
    expect(claimNamed(claims, "ebs.gp2.iops.burst").role).toBe("expected");
  });

  test("that is not there is answered with the nearest", () => {
    const ask = () => claimNamed(claims, "ebs.gp3.iops.base");
    expect(ask).toThrow(UsageError);
    expect(ask).toThrow(/no claim `ebs.gp3.iops.base`, the nearest are .*`ebs.gp3.iops.baseline`/);
    expect(() => claimNamed([], "ebs")).toThrow("there are no claims");
  });
});

describe("a folder of claims", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "assay-claims-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const GUIDE = `statements:
  - id: G01
    statement: It is fast.
    services: [ebs]
    kinds: [ebs-gp3]
    testable: yes
    needs: A volume.
    claims: [own.iops, own.iop]
    workloads: []
`;

  test("is read whole, and every mistake of every file is told at once", async () => {
    await writeFile(join(folder, "a.yaml"), claimsFile(CLAIM));
    await writeFile(join(folder, "notes.txt"), "no claims");
    const { claims: own, statements: none } = await loadCatalogue(folder);
    expect(own).toMatchObject([{ id: "own.iops", place: { line: 4 } }]);
    expect(none).toEqual([]);

    await writeFile(join(folder, "b.yaml"), claimsFile(CLAIM.replace("IOPS", "ms")));
    await writeFile(join(folder, "guide.yaml"), GUIDE);
    const failed = await loadCatalogue(folder).catch((error: unknown) => error);
    const { problems } = failed instanceof ScenarioError ? failed : { problems: [] };
    const short = problems.map((problem) => formatProblem(problem).replaceAll(`${folder}/`, ""));
    expect(short).toEqual([
      expect.stringMatching(/^b.yaml:14:11: own.iops: `ms` is a unit of a time, expected/),
      "b.yaml:4:9: own.iops is there twice, first at a.yaml:4",
      "guide.yaml:8:24: there is no claim `own.iop`, the nearest are `own.iops`",
    ]);
  });

  test("that is not there is one sentence", async () => {
    const missing = join(folder, "none");
    await expect(loadCatalogue(missing)).rejects.toThrow(`${missing}:1:1: the claims cannot be`);
  });
});
