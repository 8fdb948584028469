import { describe, expect, it } from "vitest";
import { phaseOf, plan, withPhase } from "../support.ts";

const WRITE = "dataset: data\naccess: random\noperation: write";

describe("sync", () => {
  it("is off unless it is asked for", () => {
    expect(phaseOf(WRITE)).toMatchObject({ sync: null, dsync: false });
  });

  it("is fsync after every write where nothing else is said", () => {
    const sync = { call: "fsync", every: 1, directory: false };
    expect(phaseOf(`${WRITE}\nsync: {}`).sync).toEqual(sync);
    expect(phaseOf(`${WRITE}\nsync: { call: fdatasync, every: 8 }`).sync).toEqual({
      ...sync,
      call: "fdatasync",
      every: 8,
    });
    const create = "dataset: data\noperation: create\nsync: { directory: true }\ndsync: true";
    expect(phaseOf(create)).toMatchObject({ sync: { ...sync, directory: true }, dsync: true });
  });

  it("makes a phase of each value of a matrix, named by what is in it", () => {
    const text = `${WRITE}\nmatrix: { sync: [{ every: 1 }, { call: fdatasync, every: 64 }] }`;
    const { phases } = plan(withPhase(text));
    expect(phases.map(({ name }) => name)).toEqual([
      "p[sync=every:1]",
      "p[sync=call:fdatasync every:64]",
    ]);
    expect(phases.map(({ sync }) => sync?.every)).toEqual([1, 64]);
    expect(phases[1]?.matrix).toEqual({ sync: "call:fdatasync every:64" });
  });

  it("of defaults and --set reaches only what writes", () => {
    const defaults = "{ sync: { every: 4 }, dsync: true }";
    expect(phaseOf(WRITE, {}, defaults)).toMatchObject({ sync: { every: 4 }, dsync: true });
    const mix = "dataset: data\naccess: random\nmix: { read: 1, write: 1 }";
    expect(phaseOf(mix, {}, defaults).sync?.every).toBe(4);
    const stat = "dataset: data\noperation: stat";
    expect(phaseOf(stat, {}, defaults)).toMatchObject({ sync: null, dsync: false });
    const set = ["sync={ every: 2 }"];
    expect(phaseOf(WRITE, { set }, defaults).sync?.every).toBe(2);
    expect(phaseOf(stat, { set }).sync).toBeNull();
    const one = { set: ["phases.p.sync.every=16"] };
    expect(phaseOf(`${WRITE}\nsync: { call: fdatasync }`, one).sync).toEqual({
      call: "fdatasync",
      every: 16,
      directory: false,
    });
  });
});
