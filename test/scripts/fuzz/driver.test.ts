// @module-tag system
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { boundedAttempt } from "../../../scripts/fuzz/bounded.ts";
import { keepCase } from "../../../scripts/fuzz/corpus.ts";
import { caseAt, runJob } from "../../../scripts/fuzz/job.ts";
import { edited, pathsOf, REMOVED } from "../../../scripts/fuzz/kinds/json-cases.ts";
import { type Ending, endingOf, type Kind, kindOf } from "../../../scripts/fuzz/kinds/kind.ts";
import { UsageError } from "../../../src/model/fault/errors.ts";

/** A kind that does with numbers what a test says. */
function numbers(attempt: (input: number) => Ending | Promise<Ending>): Kind {
  return kindOf({ name: "numbers", weight: 1, cases: fc.nat(1000), attempt });
}

const job = { kind: "numbers", seed: 1, cases: 500 };
const ignored = (): void => {};

describe("a job of the fuzz driver", () => {
  it("counts results and sentences", async () => {
    const kind = numbers((n) =>
      endingOf(() => {
        if (n % 2 === 1) throw new UsageError("expected an even number");
      }),
    );
    const { tried, results, sentences, failures } = await runJob(kind, job, ignored);
    expect({ tried, failures }).toEqual({ tried: 500, failures: [] });
    expect(results + sentences).toBe(500);
    expect(Math.min(results, sentences)).toBeGreaterThan(100);
  });

  it("reports the smallest case with an error without a message", async () => {
    const kind = numbers((n) => {
      if (n >= 900) throw new TypeError(`undefined is not ${n}`);
      return "result";
    });
    const { failures } = await runJob(kind, job, ignored);
    expect(failures[0]).toMatchObject({ input: 900, error: "TypeError: undefined is not 900" });
  });

  it("takes an exit code of 70 for a failure", async () => {
    const internal = Object.assign(new Error("ours"), { exitCode: 70 });
    const kind = numbers(() =>
      endingOf(() => {
        throw internal;
      }),
    );
    expect((await runJob(kind, { ...job, cases: 1 }, ignored)).failures).toHaveLength(1);
  });

  it("draws the case of an index again without trying it", async () => {
    const tried: number[] = [];
    const kind = numbers((n) => {
      tried.push(n);
      return "result";
    });
    await runJob(kind, job, ignored);
    expect(await caseAt(kind, 1, 123)).toBe(tried[123]);
    expect(tried).toHaveLength(500);
  });
});

describe("the bounds of a case", () => {
  it("fail one that takes CPU time beyond what its size allows", async () => {
    const kind = numbers(() => {
      const from = process.threadCpuUsage().user;
      while (process.threadCpuUsage().user - from < 800_000);
      return "result";
    });
    await expect(boundedAttempt(kind, 1)).rejects.toThrow(/ms of CPU time, expected/);
  });

  it("let one that only waits go on", async () => {
    const kind = numbers(async (): Promise<Ending> => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      return "result";
    });
    expect(await boundedAttempt(kind, 1)).toBe("result");
  });

  it("fail one that takes memory", async () => {
    const kept: Buffer[] = [];
    const kind = numbers(() => {
      kept.push(Buffer.alloc(450 * 2 ** 20, 1));
      return "result";
    });
    await expect(boundedAttempt(kind, 1)).rejects.toThrow(/MiB of memory/);
    kept.length = 0;
  });
});

describe("cases of JSON", () => {
  const value = { a: [1, { b: "x" }], c: null };

  it("change one field each and leave the original as it was", () => {
    const paths = pathsOf(value);
    expect(paths).toEqual([["a"], ["a", 0], ["a", 1], ["a", 1, "b"], ["c"]]);
    const changed = paths.map((_, field) => edited(value, paths, [{ field, value: REMOVED }]));
    expect(changed).toEqual([
      { c: null },
      { a: [{ b: "x" }], c: null },
      { a: [1], c: null },
      { a: [1, {}], c: null },
      { a: [1, { b: "x" }] },
    ]);
    expect(value).toEqual({ a: [1, { b: "x" }], c: null });
  });
});

describe("the corpus", () => {
  it("keeps a failing case under a name that follows from it", () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-test-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const failure = { kind: "set", seed: 3, input: ["a"], error: "TypeError: x" };
    const path = keepCase(failure, folder);
    expect(keepCase({ ...failure, seed: 9 }, folder)).toBe(path);
    expect(readdirSync(folder)).toHaveLength(1);
  });
});
