// @module-tag system
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { Hall } from "../../../src/cluster/dial/hall.ts";
import { agentPassword, agentUser } from "../../../src/cluster/dial/users.ts";
import { useNats } from "../../nats.ts";
import { joinAll } from "./crew.ts";
import { GROUP, groupUsers, openHall, SECRETS, startAgent, type Way, wayTo } from "./group.ts";
import { type InProcess, startInProcess } from "./in-process.ts";

/** A user of the owner of the server, who gave it to all agents. */
const SHARED = { kind: "password", user: "shared", password: "p".repeat(22) } as const;
const every = groupUsers(GROUP).slice(1);
const nats = await useNats({
  users: [
    ...groupUsers(GROUP),
    {
      ...SHARED,
      publish: every.flatMap(({ publish }) => publish),
      subscribe: [...every.flatMap(({ subscribe }) => subscribe), "_INBOX.shared.>"],
    },
  ],
});

let hall: Hall | null = null;
afterEach(async () => {
  await hall?.close();
  hall = null;
});

async function open(size: number): Promise<Hall> {
  hall = await openHall(nats.server.url, GROUP, size);
  return hall;
}

function agent(more: Partial<Way> = {}): InProcess {
  return startInProcess(nats.server.url, more);
}

const TAKEN = "PreflightError: rank 0 is taken by an agent on ";

describe.skipIf(!nats.available)("ranks of agents", () => {
  test("are refused to a second process with the same attempt, which exits with 3", async () => {
    const opened = await open(2);
    const first = agent({ rank: 0 });
    const joining = joinAll(opened, 2);
    await untilBound(opened, 0);
    const second = startAgent(wayTo(nats.server.url, GROUP, { rank: 0 }));
    expect(await second.ended).toBe(3);
    expect(second.words()).toMatch(/^rank 0 is taken by an agent on .+; give each agent its own/);
    const other = agent({ rank: 1 });
    const { sessions, bye } = await joining;
    expect(sessions.map(({ hello }) => hello.incarnation)).toEqual([
      first.incarnation,
      other.incarnation,
    ]);
    await bye();
    expect(await Promise.all([first.ended, other.ended])).toEqual(["bye", "bye"]);
  });

  test("go to one of two processes that start concurrently", async () => {
    const opened = await open(1);
    const agents = [agent({ rank: 0 }), agent({ rank: 0 })];
    const { sessions, bye } = await joinAll(opened, 1);
    const at = agents.findIndex(
      ({ incarnation }) => incarnation === sessions[0]?.hello.incarnation,
    );
    expect(at).not.toBe(-1);
    expect(await agents[1 - at]?.ended).toMatch(/is taken by an agent on |the run has started/);
    expect(await sessions[0]?.call("echo", 1, {}).result).toBe(1);
    await bye();
    expect(agents[1 - at]?.called).toEqual([]);
  });

  testRefusals();
});

function testRefusals(): void {
  test("go to a higher attempt before the start; the lower one ends", async () => {
    const opened = await open(2);
    const joining = joinAll(opened, 2);
    const [before] = [agent({ rank: 0, attempt: 0 })];
    await untilBound(opened, 0);
    const after = agent({ rank: 0, attempt: 1 });
    expect(await before?.ended).toBe("the coordinator refused this host: a newer agent has rank 0");
    expect(await agent({ rank: 0, attempt: 0 }).ended).toContain(TAKEN);
    agent({ rank: 1 });
    const { sessions, bye } = await joining;
    expect(sessions[0]?.hello.incarnation).toBe(after.incarnation);
    expect(await sessions[0]?.call("echo", 1, {}).result).toBe(1);
    await bye();
  });

  test("are refused after the start, without a call of a method", async () => {
    const opened = await open(2);
    const members = [agent({ rank: 0 }), agent({ rank: 1 })];
    const { sessions, bye } = await joinAll(opened, 2);
    const late = [{ rank: 0 }, { rank: 0, attempt: 7 }, { rank: 1, size: 2 }, {}].map(agent);
    for (const { ended, called } of late) {
      expect(await ended).toMatch("the run has started; an agent that comes later does not take");
      expect(called).toEqual([]);
    }
    for (const session of sessions) expect(await session.call("echo", 1, {}).result).toBe(1);
    await bye();
    for (const { ended, called } of members) {
      expect([await ended, called]).toEqual(["bye", ["echo"]]);
    }
  });

  test.each([
    ["outside the run", { rank: 3 }, "awaits 2 agents, but this one has rank 3; give the coordin"],
    ["of another number of agents", { rank: 1, size: 4 }, "awaits 2 agents, but 4 were started;"],
  ])("are refused %s", async (_, way, reason) => {
    await open(2);
    expect(await agent(way).ended).toContain(reason);
  });
}

describe.skipIf(!nats.available)("agents with a login that the server's owner gave", () => {
  test("join with ranks that are assigned and that they have", async () => {
    const opened = await open(3);
    const agents = [null, null, 2].map((rank) => agent({ rank, login: SHARED }));
    const { sessions, bye } = await joinAll(opened, 3);
    expect(sessions.map((one) => one.hello.incarnation).sort()).toEqual(
      agents.map(({ incarnation }) => incarnation).sort(),
    );
    await bye();
  });

  test("end with a sentence if it may not use their rank", async () => {
    await open(2);
    const password = agentPassword(SECRETS.secret, 1);
    const login = { kind: "password", user: agentUser(1), password } as const;
    expect(await agent({ rank: 0, login }).ended).toMatch(
      /^PreflightError: the NATS server refused what an agent needs: .*ermissions.*; give its user/,
    );
  });
});

describe.skipIf(!nats.available)("the rank of an agent that ends before the start", () => {
  test.each([
    ["that a launcher gave", 0],
    ["that the coordinator assigned", null],
  ])("%s, is free for another one", async (_, rank) => {
    const opened = await open(2);
    const joining = joinAll(opened, 2);
    const killed = startAgent(wayTo(nats.server.url, GROUP, { rank }));
    await untilBound(opened, 0);
    killed.process.kill("SIGKILL");
    await untilFree(opened, 0);
    const left = agent({ rank });
    await untilBound(opened, 0);
    left.leave();
    await untilFree(opened, 0);
    const members = [agent({ rank }), agent({ rank: rank === null ? null : 1 })];
    const { sessions, bye } = await joining;
    expect(sessions.map(({ hello }) => hello.incarnation).sort()).toEqual(
      members.map(({ incarnation }) => incarnation).sort(),
    );
    await bye();
  });

  test("is free if it ends between its claim and its greeting", async () => {
    const opened = await open(1);
    const joining = joinAll(opened, 1);
    // Another agent claims the rank, and never greets.
    const { dialIn } = await import("../../../src/cluster/dial/agent.ts");
    const way = wayTo(nats.server.url, GROUP, { rank: 0 });
    const silent = await dialIn({ ...way, incarnation: "silent", hostName: "h" });
    const member = agent({ rank: 0 });
    const { sessions, bye } = await joining;
    expect(sessions[0]?.hello.incarnation).toBe(member.incarnation);
    silent.end("done");
    await bye();
  });
});

describe.skipIf(!nats.available)("20 agents that ask for 5 ranks", () => {
  test("get each rank exactly once, in any order", async () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 20, maxLength: 20 });
    const explicit = fc.subarray([0, 1, 2, 3, 4], { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(pauses, explicit, async (waits, ranks) => {
        const opened = await open(5);
        const joining = joinAll(opened, 5);
        const agents = await Promise.all(
          waits.map(async (ms, index) => {
            await sleep(ms);
            return agent({ rank: ranks[index] ?? null });
          }),
        );
        const { sessions, bye } = await joining;
        const members = sessions.map(({ hello }) => hello.incarnation);
        expect(new Set(members).size).toBe(5);
        const places = await Promise.all(sessions.map((one) => one.call("whoami", null).result));
        expect(places).toMatchObject([0, 1, 2, 3, 4].map((rank) => ({ rank, size: 5 })));
        const others = agents.filter(({ incarnation }) => !members.includes(incarnation));
        for (const { ended, called } of others) {
          expect(await ended).toMatch(/taken|the run has started/);
          expect(called).toEqual([]);
        }
        await bye();
        await opened.close();
      }),
      { numRuns: 5 },
    );
  });
});

/** Waits until no agent has a rank. */
async function untilFree(opened: Hall, rank: number): Promise<void> {
  await expect.poll(() => opened.channelOf(rank).absence?.(), { timeout: 30_000 }).not.toBe(null);
}

/** Waits until an agent has a rank. */
async function untilBound(opened: Hall, rank: number): Promise<void> {
  await expect.poll(() => opened.channelOf(rank).absence?.(), { timeout: 30_000 }).toBe(null);
}
