// @module-tag system
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join as path } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { commandChannel } from "../../../src/cluster/carriers/command.ts";
import { parseHostList } from "../../../src/cluster/host-list.ts";
import { join } from "../../../src/cluster/roster.ts";
import { toJson } from "../../../src/cluster/to-json.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { directorySpec, scratch } from "../../storage/support.ts";
import { read } from "../../tree.ts";
import { childWith, goneWithin } from "../carriers/processes.ts";
import { JOIN } from "../options.ts";
import { openParams } from "./open-params.ts";

const PROGRAM = fileURLToPath(new URL("../../../bin/assay.mjs", import.meta.url));
const ASSAY_VERSION: string = JSON.parse(read("package.json")).version;

/** Joins a process of this assay that was started with `--allow`. */
async function agentWith(allow: readonly string[], root: string) {
  const options = allow.flatMap((one) => ["--allow", one]);
  const command = ["env", `XDG_STATE_HOME=${root}`, process.execPath, PROGRAM, "agent"];
  const roster = await join(parseHostList("local:1"), {
    ...{ ...JOIN, assayVersion: ASSAY_VERSION, minHosts: 1 },
    connect: () => commandChannel([...command, ...options], ({ words }) => words),
  });
  onTestFinished(() => roster.bye());
  const [session] = roster.sessions;
  if (session === undefined) throw new Error("no agent joined");
  return {
    pid: session.hello.pid,
    bye: () => roster.bye(),
    /** Returns the reason of a refusal; null if the call succeeds. */
    refusal: (method: string, params: Readonly<Record<string, unknown>>) =>
      session.call(method, toJson(params)).result.then(
        () => null,
        (error: Error) => error.message,
      ),
  };
}

function hold(target: TargetSpec) {
  return { target, runId: "run-1", assayVersion: ASSAY_VERSION };
}

test("an agent with --allow opens nothing else, and serves on", async () => {
  const root = scratch();
  const [inside, outside] = [path(root, "efs"), path(root, "efs2")];
  for (const folder of [inside, outside]) mkdirSync(folder);
  symlinkSync(outside, path(inside, "link"));
  const agent = await agentWith([inside], root);
  expect(childWith("--allow")).toBe(agent.pid);
  for (const place of [outside, path(inside, "link"), `${inside}/../efs2`, "/"]) {
    const refused = `local:0: ${place} is not in a directory that --allow names`;
    expect(await agent.refusal("look", { target: directorySpec(place), ring: false })).toContain(
      refused,
    );
    expect(await agent.refusal("open", openParams(place))).toContain(refused);
    expect(await agent.refusal("hold", hold(directorySpec(place)))).toContain(refused);
  }
  expect(readdirSync(outside)).toEqual([]);
  expect(readdirSync(root).sort()).toEqual(["efs", "efs2"]);
  expect(await agent.refusal("open", openParams(inside))).toBeNull();
  expect(readdirSync(inside).sort()).toEqual(["assay-run-1", "link"]);
  const end = { keep: false, cutOff: { count: 0, isMost: false } };
  expect(await agent.refusal("finish", end)).toBeNull();
  expect(readdirSync(inside)).toEqual(["link"]);
  await agent.bye();
  await goneWithin([agent.pid], 10_000);
}, 60_000);

test("a device is used only if --allow names it, also by a link", async () => {
  const root = scratch();
  const [disk, other] = [path(root, "disk"), path(root, "other")];
  // No driver has these numbers, so that the nodes cannot be opened.
  for (const [node, minor] of [
    [disk, "1"],
    [other, "2"],
  ] as const) {
    execFileSync("mknod", [node, "b", "242", minor]);
  }
  symlinkSync(disk, path(root, "by-id"));
  const agent = await agentWith([root, path(root, "by-id")], root);
  const refusal = (node: string) => {
    const address = { kind: "device", path: node, writable: true, losesData: true } as const;
    const target: TargetSpec = { name: "d", kind: "block-device", address, provisioned: {} };
    return agent.refusal("hold", hold(target));
  };
  expect(await refusal(other)).toContain("other is not a block device that --allow names");
  for (const node of [disk, path(root, "by-id")]) {
    expect(await refusal(node)).not.toContain("--allow names");
  }
}, 60_000);

test("an agent with an invalid --allow ends before it joins", async () => {
  await expect(agentWith(["efs"], scratch())).rejects.toThrow(
    "--allow efs: expected an absolute path of a directory or a block device",
  );
}, 60_000);
