// @module-tag system
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { usersOf } from "../../src/cluster/dial/users.ts";
import { useNats } from "../nats.ts";
import { scratch } from "../storage/support.ts";
import { assay, startAssay, until } from "./assay.ts";

const COORDINATOR = "coordinator-0123456789abcdef";
const SECRET = "s3cr3t-0123456789abcdef";
const OTHER = "another-0123456789abcdef";

const nats = await useNats({
  users: usersOf("assay", { coordinator: COORDINATOR, secret: SECRET }, 2),
});

const REFUSED = 'refuses agents with the "secret" of these credentials';
const NONE = "no agent has joined the group assay on nats://127.0.0.1:";

/** A directory with the credentials of a coordinator and of agents, and a call of each. */
function place(coordinatorsSecret: string, agentsSecret: string, agents = "1") {
  const cwd = scratch();
  const { url } = nats.server;
  const files = {
    coordinator: { url, coordinator: COORDINATOR, secret: coordinatorsSecret },
    agents: { url, secret: agentsSecret },
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(cwd, `${name}.json`), JSON.stringify(content), { mode: 0o600 });
  }
  const run = ["run", "smoke", "-t", "null:", "--agents", agents, "--offline"];
  const short = ["--set", "duration=200ms", "--nats-credentials", "coordinator.json"];
  return {
    cwd,
    coordinator: [...run, ...short],
    agent: ["agent", "--nats-credentials", "agents.json"],
  };
}

describe.skipIf(!nats.available)("another secret than that of the server", () => {
  test.each(["local", "manual"])(
    "in the file of a run with --launcher %s ends it",
    async (name) => {
      const { cwd, coordinator } = place(OTHER, SECRET);
      const startMs = performance.now();
      const { code, stderr } = await assay([...coordinator, "--launcher", name], { cwd });
      expect(code).toBe(3);
      expect(stderr.trim().split("\n")).toEqual([expect.stringContaining(REFUSED)]);
      expect(stderr).not.toContain(OTHER);
      expect(performance.now() - startMs).toBeLessThan(30_000);
    },
  );

  test("in the coordinator's file is a warning: agents with the right one join", async () => {
    const { cwd, coordinator, agent } = place(OTHER, SECRET);
    const going = startAssay(coordinator, { cwd });
    await until("the warning", () => going.stderr().includes(`${REFUSED};`), going);
    const joined = startAssay(agent, { cwd });
    expect((await going.ended).code).toBe(0);
    expect((await joined.ended).code).toBe(0);
    expect(going.stderr()).toMatch(/^warning: the NATS server at /);
  }, 60_000);

  test.each([[[]], [["--rank", "0"]]])(
    "in an agent's file ends it: %j",
    async (rank) => {
      const { cwd, agent } = place(SECRET, OTHER);
      const { code, stderr } = await startAssay([...agent, ...rank], { cwd }).ended;
      expect(code).toBe(3);
      expect(stderr).toMatch(/^the NATS server at \S+ refused the user; check that the file of /);
    },
    30_000,
  );

  test("in all agents' files: the coordinator says once what to check", async () => {
    const { cwd, coordinator, agent } = place(SECRET, OTHER);
    const going = startAssay([...coordinator, "--join-timeout", "9s"], { cwd });
    expect((await startAssay(agent, { cwd }).ended).code).toBe(3);
    expect((await going.ended).code).toBe(3);
    expect(going.stderr().split(NONE)).toHaveLength(2);
    expect(going.stderr()).not.toContain(REFUSED);
  }, 60_000);
});

test.skipIf(!nats.available)(
  "a coordinator whose agent has come does not say so",
  async () => {
    const { cwd, coordinator, agent } = place(SECRET, SECRET, "2");
    const going = startAssay([...coordinator, "--join-timeout", "9s"], { cwd });
    const waiting = startAssay(agent, { cwd });
    expect((await going.ended).code).toBe(3);
    expect(going.stderr()).toContain("1 of 2 hosts joined");
    expect(going.stderr()).not.toContain("no agent has joined");
    await waiting.ended;
  },
  60_000,
);
