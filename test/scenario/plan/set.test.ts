import { describe, expect, it } from "vitest";
import { plan, problems } from "../support.ts";

const TEXT = `name: x
datasets:
  data: { count: 3, size: 1MiB }
defaults: { duration: 4s, workers: 2 }
phases:
  - { name: create, operation: create }
  - { name: read, operation: read, access: random, epochs: 3, matrix: { queueDepth: [1, 2] } }
  - { name: stat, operation: stat, workers: 5 }
`;

const phases = (...set: string[]) => plan(TEXT, { set }).phases;
const names = (...set: string[]) => phases(...set).map((phase) => phase.name);

describe("--set by path", () => {
  it("sets top-level fields, datasets, defaults and phases by name", () => {
    const set = [
      "seed=7",
      "repetitions=3",
      'title="Another: one"',
      "datasets.data.size=1GiB",
      "defaults.workers=9",
      "phases.stat.queueDepth=4",
    ];
    const changed = plan(TEXT, { set });
    expect(changed).toMatchObject({ seed: 7, repetitions: 3, title: "Another: one" });
    expect(changed.datasets[0]?.size).toEqual({ kind: "fixed", bytes: 1024 ** 3 });
    expect(changed.phases.map((phase) => phase.workers)).toEqual([9, 9, 9, 5]);
    expect(changed.phases.map((phase) => phase.queueDepth)).toEqual([1, 1, 2, 4]);
  });

  it("reads values as YAML", () => {
    const set = ["datasets.data.size={ uniform: { min: 1MiB, max: 2MiB } }", "guide=[G05]"];
    const changed = plan(TEXT, { set });
    expect(changed.guide).toEqual(["G05"]);
    expect(changed.datasets[0]?.size.kind).toBe("uniform");
  });

  it("replaces a limit and a matrix entry of the phase", () => {
    expect(names("phases.read.queueDepth=8")).toEqual(["create", "read", "stat"]);
    expect(phases("phases.read.operations=10")[1]?.limit).toEqual({
      kind: "operations",
      operations: 10,
    });
    expect(names("phases.read.matrix.queueDepth=[7]")).toEqual([
      "create",
      "read[queueDepth=7]",
      "stat",
    ]);
  });
});

describe("--set of a bare phase field", () => {
  it("holds for every phase, over defaults, phases and matrices", () => {
    const changed = phases("workers=4", "queueDepth=16");
    expect(changed.map((phase) => phase.name)).toEqual(["create", "read", "stat"]);
    expect(changed.every((phase) => phase.workers === 4 && phase.queueDepth === 16)).toBe(true);
  });

  it("replaces whatever limit a phase had, except of what goes over its dataset once", () => {
    const limits = phases("duration=5s").map((phase) => phase.limit);
    const timed = { kind: "duration", durationNs: 5e9 };
    expect(limits).toEqual([{ kind: "epochs", epochs: 1 }, timed, timed, timed]);
  });

  it("lets the last one win", () => {
    const limits = phases("duration=5s", "operations=9").map((phase) => phase.limit.kind);
    expect(limits).toEqual(["epochs", "operations", "operations", "operations"]);
  });
});

describe("--set with mistakes", () => {
  it("names which --set, where in it, and the nearest key", () => {
    const set = [
      "duration=5",
      "durration=5s",
      "phases.raed.queueDepth=3",
      "phases.read.queuedepth=3",
      "datasets.dat.count=3",
      "datasets=3",
      "nonsense",
      "workers=",
      "seed=[",
      "phases.stat.cache=drect",
    ];
    expect(problems(TEXT, { set })).toMatchSnapshot();
  });

  it("comes after the mistakes of the file", () => {
    const found = problems(TEXT.replace("count: 3", "count: x"), { set: ["seed=x"] });
    expect(found.map((line) => line.split(":")[0])).toEqual(["a.yaml", "--set"]);
  });
});
