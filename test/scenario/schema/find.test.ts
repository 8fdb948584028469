import { describe, expect, it } from "vitest";
import { planHash } from "../../../src/scenario/plan/hash.ts";
import { phaseOf, plan, problems, withPhase } from "../support.ts";

const READ = "dataset: data\noperation: read\naccess: random\nduration: 1s";

describe("a phase that searches", () => {
  it("has every default filled", () => {
    const { find, rate } = phaseOf(`${READ}\nfind: { slo: response.p99 < 10ms }`);
    expect(rate).toBeNull();
    expect(find).toMatchObject({ by: "rate", wants: "most", from: null, to: null });
    expect(find).toMatchObject({ precisionShare: 0.02, repetitions: 6, arrivals: "fixed" });
    expect(find?.slo.map(({ text }) => text)).toEqual(["response.p99 < 10ms"]);
    const deep = phaseOf(
      `${READ}\nfind: { slo: [rate > 5/s, throughput > 1MB/s], by: queueDepth }`,
    );
    expect(deep.find).toMatchObject({ wants: "least", from: 1, to: 256 });
  });

  it("takes the place of a weaker rate, and a stronger rate that of the search", () => {
    const find = "find: { slo: p99 < 10ms }";
    expect(phaseOf(`${READ}\n${find}`, {}, "{ rate: 100/s }").rate).toBeNull();
    const forced = phaseOf(`${READ}\n${find}`, { set: ["rate=50/s"] });
    expect([forced.find, forced.rate?.steps[0]?.fromPerSecond]).toEqual([undefined, 50]);
  });

  it("is not reached by thresholds of all phases, nor are phases on a count by a search", () => {
    const defaults = "{ thresholds: [errors == 0] }";
    const other = "  - { name: q, dataset: data, operation: stat, epochs: 1 }\n";
    const text = withPhase(`${READ}\nfind: { slo: p99 < 10ms }`, defaults) + other;
    const { phases } = plan(text, { set: ["find={ slo: p99 < 5ms }"] });
    expect(phases.map(({ thresholds }) => thresholds?.length)).toEqual([undefined, 1]);
    expect(phases.map(({ find }) => find?.slo[0]?.text)).toEqual(["p99 < 5ms", undefined]);
  });

  it("is in the hash by what it does, not by how it is spelled", () => {
    const hash = (slo: string) => planHash(plan(withPhase(`${READ}\nfind: { slo: ${slo} }`)));
    expect(hash("p99<10ms")).toBe(hash("[latency.p99  < 10000us]"));
    expect(hash("p99 < 10ms")).not.toBe(hash("p99 < 11ms"));
    expect(hash("p99 < 10ms")).not.toBe(planHash(plan(withPhase(READ))));
  });
});

describe("an invalid search is reported in one sentence", () => {
  it.each([
    ["find: { by: rate }", "`slo`"],
    ["find: { slo: p99 }", "`p99` has no relation; expected a text such as"],
    ["find: { slo: p99 < 1ms, from: 3 }", "`from`: expected a rate such as `500/s`, or a queue"],
    ["find: { slo: p99 < 1ms, by: queueDepth, to: 5/s }", "`to`: expected a rate such as"],
    [
      "find: { slo: p99 < 1ms, from: 0/s }",
      "expected more than 0/s and at most 100000000/s, got `0/s`",
    ],
    [
      "find: { slo: p99 < 1ms, from: 5/s, to: 5/s }",
      "`from` must be below `to`; got `from` 5/s and `to` 5/s",
    ],
    ["find: { slo: p99 < 1ms, precision: 0% }", "expected `0.5%` to `50%`, got `0%`"],
    ["find: { slo: p99 < 1ms, precision: 2 }", "expected a percentage such as `2%`, got `2`"],
    ["find: { slo: p99 < 1ms, repetitions: 0 }", "expected a whole number from 1 to 100"],
    ["find: { slo: p99 > 1ms }", "more load cannot turn it from met to missed"],
    [
      "find: { slo: errors < 5 }\nrate: 5/s",
      "`rate` and `find` both set the load; remove one of them",
    ],
    ["find: { slo: rate > 5/s }", "a search by rate already finds the highest rate"],
    ["find: { slo: sync.p99 < 1ms }", "this metric requires `sync` in the phase"],
    ["find: { slo: 'vs baseline: p99 not slower' }", "expected a bound, such as"],
    [
      "find: { slo: response.p99 < 1ms, by: queueDepth }",
      "this metric requires a phase with a `rate`",
    ],
    [
      "find: { slo: [p99 < 1ms, rate > 5/s], by: queueDepth }",
      "`rate > 5/s` searches for the lowest queue depth, `p99 < 1ms` for the highest",
    ],
    [
      "find: { slo: p99 < 1ms, by: queueDepth }\nmatrix: { queueDepth: [1, 2] }",
      "the search varies `queueDepth`; remove `queueDepth` from the `matrix`",
    ],
    [
      "find: { slo: p99 < 1ms }\nthresholds: [errors == 0]",
      "a phase with `find` has no thresholds; add it to the `slo`",
    ],
  ])("%s", (fields, sentence) => {
    const found = problems(withPhase(`${READ}\n${fields}`));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(sentence);
  });

  it.each([
    ["operation: read\naccess: random\nepochs: 1", "`find` requires a phase with `duration`"],
    ["operation: create", "`create` visits each file once; remove `find`"],
    ["operation: delete", "`delete` visits each file once; remove `find`"],
  ])("%s", (fields, sentence) => {
    const found = problems(withPhase(`dataset: data\n${fields}\nfind: { slo: p99 < 1ms }`));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(sentence);
  });
});
