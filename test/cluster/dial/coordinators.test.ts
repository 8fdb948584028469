// @module-tag system
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { useNats } from "../../nats.ts";
import { note, SLACK } from "../times.ts";
import { gather, joinAll } from "./crew.ts";
import { GROUP, groupUsers, openHall } from "./group.ts";
import { startInProcess } from "./in-process.ts";
import { startProxy } from "./proxy.ts";
import { ticking } from "./ticking.ts";

const PROGRAM = fileURLToPath(new URL("./coordinator-program.ts", import.meta.url));
const nats = await useNats({ users: groupUsers(GROUP) });

const RIVAL =
  "another run uses the group test of this NATS server; wait for its end, or choose another name " +
  "with --group, for the agents too";

/** Starts a coordinator in a process; resolves once it waits for agents. */
async function startCoordinator(): Promise<ChildProcess> {
  const words = [PROGRAM, nats.server.url, "1", "open"];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

describe.skipIf(!nats.available)("a second coordinator of a group", () => {
  test("is refused while the first one is at work; its run goes on", async () => {
    const crew = await gather(nats.server.url, 2);
    const calls = crew.sessions.map(ticking);
    await expect(openHall(nats.server.url, GROUP, 2)).rejects.toThrow(RIVAL);
    await Promise.all(calls.map((call) => call.stop()));
    await crew.end();
  });

  test("is refused while the server of the first one restarts", async () => {
    const crew = await gather(nats.server.url, 1);
    const call = ticking(crew.first);
    process.kill(nats.server.pid, "SIGKILL");
    const second = openHall(nats.server.url, GROUP, 1, { withinMs: 30_000 });
    await Promise.all([nats.server.restart(), expect(second).rejects.toThrow(RIVAL)]);
    await call.stop();
    await crew.end();
  });

  test("is one of two that start concurrently", async () => {
    const opened = await Promise.allSettled(
      [0, 1, 2].map(() => openHall(nats.server.url, GROUP, 1)),
    );
    const halls = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const reasons = opened.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(halls).toHaveLength(1);
    expect(reasons.map((reason) => reason.message)).toEqual([RIVAL, RIVAL]);
    await halls[0]?.close();
    // The group is free again.
    await (await openHall(nats.server.url, GROUP, 1)).close();
  });
});

describe.skipIf(!nats.available)("a coordinator that is killed", () => {
  test("leaves the group to another one; agents that wait join that one", async () => {
    const former = await startCoordinator();
    const [waiting] = [startInProcess(nats.server.url, { rank: 0 })];
    await sleep(500);
    former.kill("SIGKILL");
    const later = [0, 1].map((rank) => startInProcess(nats.server.url, { rank, size: 2 }));
    await sleep(1000);
    const beganMs = performance.now();
    const hall = await openHall(nats.server.url, GROUP, 2);
    note("coordinator killed, the next one has the group after", performance.now() - beganMs);
    expect(performance.now() - beganMs).toBeLessThan(5000 * SLACK);
    const { sessions, bye } = await joinAll(hall, 2);
    expect(sessions.map(({ hello }) => hello.incarnation)).toEqual(
      later.map(({ incarnation }) => incarnation),
    );
    await bye();
    await hall.close();
    // It greeted the coordinator that was killed.
    expect(await waiting?.ended).toMatch(/coordinator sent nothing for 10 s|refused this host/);
    expect(waiting?.called).toEqual([]);
    expect(await Promise.all(later.map(({ ended }) => ended))).toEqual(["bye", "bye"]);
  });

  test("has lost its run if another one took the group over while it was cut off", async () => {
    const proxy = await startProxy(nats.server.url);
    const hall = await openHall(proxy.url, GROUP, 1);
    const former = startInProcess(nats.server.url, { rank: 0 });
    const { sessions } = await joinAll(hall, 1);
    proxy.freeze();
    proxy.refuse();
    const next = await openHall(nats.server.url, GROUP, 1);
    proxy.admit();
    proxy.cut();
    expect(await sessions[0]?.lost).toMatch("another run has taken over the group test");
    const agent = startInProcess(nats.server.url, { rank: 0 });
    const { sessions: present, bye } = await joinAll(next, 1);
    // Its end leaves the group of the other one alone.
    await hall.close();
    expect(present[0]?.hello.incarnation).toBe(agent.incarnation);
    const call = present[0] && ticking(present[0]);
    await sleep(200);
    await call?.stop();
    await bye();
    expect(await agent.ended).toBe("bye");
    expect(await former.ended).toMatch("the coordinator");
    await next.close();
    proxy.close();
  });
});
