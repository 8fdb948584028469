import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { makeAgent } from "../../../src/cluster/agent/agent.ts";
import { type Allow, parseAllow } from "../../../src/cluster/agent/allow.ts";
import { PARAMS } from "../../../src/cluster/agent/methods.ts";
import type { Json } from "../../../src/cluster/channel.ts";
import type { CallContext } from "../../../src/cluster/serve.ts";
import { toJson } from "../../../src/cluster/to-json.ts";
import { directorySpec, scratch } from "../../storage/support.ts";
import { openParams } from "./open-params.ts";

const CALL: CallContext = {
  welcome: { rank: 0, size: 1, runId: "run-1" } as unknown as CallContext["welcome"],
  signal: new AbortController().signal,
  event: () => {},
  onNote: () => {},
};

function agentWith(allow: Allow | null, state = scratch()) {
  const env = { XDG_STATE_HOME: state };
  return makeAgent({ version: "0.0.0", env, allow, onStuck: () => {} }).methods;
}

/** Parameters of each method that has a target. */
function callsOn(path: string): Readonly<Record<string, Json>> {
  const target = toJson(directorySpec(path));
  return {
    look: { target, ring: false },
    open: openParams(path),
    token: { target, runId: "run-1", expected: "0" },
    hold: { target, runId: "run-1", assayVersion: "0.0.0" },
  };
}

/** Paths in a JSON schema at which a target is. */
function targetsIn(schema: z.ZodType): readonly string[] {
  const found: string[] = [];
  const walk = (value: unknown, at: string): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [name, below] of Object.entries(value)) {
      if (name === "$ref" && below === "#/$defs/Target") found.push(at);
      walk(below, `${at}/${name}`);
    }
  };
  walk(z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }), "");
  return found.map((at) => at.replace(/\/anyOf\/0$/, ""));
}

describe("the methods of an agent", () => {
  test("are those with a schema, and have a target only as `target`", () => {
    expect(Object.keys(agentWith(null)).sort()).toEqual(Object.keys(PARAMS).sort());
    const withTarget = Object.entries(PARAMS).filter(([, schema]) => {
      const found = targetsIn(schema);
      expect(found.filter((at) => at !== "/properties/target")).toEqual([]);
      return found.length > 0;
    });
    // A new method with a target needs parameters here, with which the next test calls it.
    expect(withTarget.map(([name]) => name)).toEqual(Object.keys(callsOn("/")));
  });

  test("all refuse a target that --allow does not name, and leave nothing", async () => {
    const root = scratch();
    const [inside, outside, state] = ["in", "out", "state"].map((name) => join(root, name));
    if (inside === undefined || outside === undefined || state === undefined) throw new Error();
    for (const folder of [inside, outside, state]) mkdirSync(folder);
    const methods = agentWith(parseAllow([inside]), state);
    for (const [name, params] of Object.entries(callsOn(outside))) {
      await expect(methods[name]?.(params, CALL), name).rejects.toThrow(
        `${outside} is not in a directory that --allow names`,
      );
    }
    expect([...readdirSync(outside), ...readdirSync(state)]).toEqual([]);
  });

  test("look at a target that --allow names, at none, and everywhere without a limit", async () => {
    const inside = scratch();
    const facts = { facts: { kind: "directory" } };
    const params = { target: toJson(directorySpec(inside)), ring: false };
    expect(await agentWith(parseAllow([inside])).look?.(params, CALL)).toMatchObject(facts);
    expect(await agentWith(null).look?.(params, CALL)).toMatchObject(facts);
    const none = { target: null, ring: false };
    expect(await agentWith(parseAllow([])).look?.(none, CALL)).toMatchObject({ facts: null });
  });
});

describe("names in the parameters of a run", () => {
  const HOSTILE = ["..", ".", "", "../x", "a/b", "/etc", "a\\..\\b/", "a\0b", ".hidden", "-x", "é"];

  test.each(HOSTILE)("do not lead out of a directory: %j", async (name) => {
    const root = scratch();
    for (const folder of ["target", "state"]) mkdirSync(join(root, folder));
    const params = callsOn(join(root, "target"));
    const methods = agentWith(null, join(root, "state"));
    const open = openParams(join(root, "target"));
    const changed: readonly (readonly [string, Json])[] = [
      ["open", { ...open, folderName: name }],
      ["open", { ...open, runId: name }],
      ["open", openParams(join(root, "target"), name)],
      ["token", { ...Object(params.token), runId: name }],
      ["hold", { ...Object(params.hold), runId: name }],
    ];
    for (const [method, hostile] of changed) {
      await expect(methods[method]?.(hostile, CALL), method).rejects.toThrow(
        /^the coordinator sent an invalid message: (folderName|runId|plan\.datasets)/,
      );
    }
    expect(readdirSync(root).sort()).toEqual(["state", "target"]);
    expect(readdirSync(join(root, "target"))).toEqual([]);
  });
});
