// @module-tag system
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openChild } from "../../../src/cluster/carriers/child.ts";
import { commandChannel } from "../../../src/cluster/carriers/command.ts";
import { parseHostList } from "../../../src/cluster/host-list.ts";
import { join } from "../../../src/cluster/roster.ts";
import { read } from "../../tree.ts";
import { describeCarrier } from "../contract.ts";
import { JOIN } from "../options.ts";

const AGENT = fileURLToPath(new URL("../agent-program.ts", import.meta.url));

describeCarrier({
  name: "a child process",
  hosts: parseHostList("local:3"),
  connect: () => commandChannel([process.execPath, AGENT], ({ words }) => words),
});

test("processes of this assay join as one machine, and end with the session", async () => {
  const assayVersion: string = JSON.parse(read("package.json")).version;
  const hosts = parseHostList("local:2");
  const roster = await join(hosts, { ...JOIN, assayVersion, minHosts: 2, connect: openChild });
  const [one] = roster.sessions;
  const looked = one?.call("look", { target: null, ring: false }, {}).result;
  expect(await looked).toMatchObject({ hasFloors: expect.any(Boolean) });
  expect(roster.machines).toBe(1);
  expect(roster.sameMachine).toEqual([["local:0", "local:1"]]);
  const pids = roster.sessions.map(({ hello }) => hello.pid);
  await roster.bye();
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});
