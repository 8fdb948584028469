// @module-tag system
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { StateChange } from "../../../src/cluster/session.ts";
import { useNats } from "../../nats.ts";
import { goneWithin } from "../carriers/processes.ts";
import { note, SLACK, stateWithin } from "../times.ts";
import { type Crew, gather as gatherCrew } from "./crew.ts";
import { GROUP, groupUsers } from "./group.ts";
import { startProxy } from "./proxy.ts";
import { ticking } from "./ticking.ts";

const nats = await useNats({ users: groupUsers(GROUP) });
const RESTARTS = 3;

let opened: Crew | null = null;
afterEach(async () => {
  await opened?.end();
  opened = null;
});

async function gather(...more: Parameters<typeof gatherCrew>): Promise<Crew> {
  opened = await gatherCrew(...more);
  return opened;
}

/** Time for agents of a busy host to connect again. */
const PATIENT = { lostMs: 10_000 };

describe.skipIf(!nats.available)("a server that is killed and started again", () => {
  test("loses no event, keeps their order, and repeats none", async () => {
    const crew = await gather(nats.server.url, 3);
    const changes: StateChange[] = [];
    for (const one of crew.sessions) one.onStateChange((change) => void changes.push(change));
    const calls = crew.sessions.map(ticking);
    for (let round = 0; round < RESTARTS; round++) {
      await sleep(300 + 200 * round);
      const before = calls.map(({ events }) => events.length);
      for (const call of calls) call.gapMs();
      await nats.server.restart();
      await expect
        .poll(() => calls.every(({ events }, rank) => events.length > (before[rank] ?? 0) + 200), {
          timeout: 10_000 * SLACK,
        })
        .toBe(true);
      note("server restarted, longest gap of events", Math.max(...calls.map((one) => one.gapMs())));
    }
    await Promise.all(calls.map((call) => call.stop()));
    expect(changes.filter(({ state }) => state === "lost")).toEqual([]);
    await crew.end();
    expect(await Promise.all(crew.agents.map(({ ended }) => ended))).toEqual([0, 0, 0]);
  });

  test("loses no call and no note that were sent while it was down", async () => {
    const crew = await gather(nats.server.url, 2);
    const { first } = crew;
    const begun = Promise.withResolvers<void>();
    const listening = first.call("listen", null, { event: () => begun.resolve() });
    await begun.promise;
    process.kill(nats.server.pid, "SIGKILL");
    listening.note("one");
    await sleep(500);
    const echoes = crew.sessions.map((session) => session.call("echo", session.rank, {}));
    for (const note of ["two", "three", "end"]) listening.note(note);
    await sleep(500);
    await nats.server.restart();
    expect(await listening.result).toEqual(["one", "two", "three"]);
    expect(await Promise.all(echoes.map(({ result }) => result))).toEqual([0, 1]);
    await crew.end();
  });

  test("ends the run on both sides if it stays down for 12 s", async () => {
    const crew = await gather(nats.server.url, 2);
    const calls = crew.sessions.map((session) => session.call("wait", null, {}));
    const beganMs = performance.now();
    process.kill(nats.server.pid, "SIGKILL");
    const reasons = await Promise.all(crew.sessions.map(({ lost }) => lost));
    note("server down, all lost after", performance.now() - beganMs);
    const pids = crew.sessions.map(({ hello }) => hello.pid);
    note("server down, agents gone after another", await goneWithin(pids, 3000 + 1000 * SLACK));
    await sleep(Math.max(0, 12_000 - (performance.now() - beganMs)));
    for (const reason of reasons) expect(reason).toMatch(/10 s/);
    for (const { result } of calls) await expect(result).rejects.toThrow("was lost");
    await crew.end();
    await nats.server.restart();
  });
});

describe.skipIf(!nats.available)("the connection of one agent", () => {
  test("is renewed after a cut; its session goes on", async () => {
    const proxy = await startProxy(nats.server.url);
    const crew = await gather(nats.server.url, 2, { urls: [proxy.url] }, PATIENT);
    const changes: StateChange[] = [];
    for (const one of crew.sessions) one.onStateChange((change) => void changes.push(change));
    const calls = crew.sessions.map(ticking);
    for (let round = 0; round < RESTARTS; round++) {
      await sleep(700);
      proxy.cut();
    }
    await sleep(700);
    expect(changes.filter(({ state }) => state === "lost")).toEqual([]);
    await Promise.all(calls.map((call) => call.stop()));
    await crew.end();
    proxy.close();
  });

  test("that passes nothing any more is replaced in time; its session goes on", async () => {
    const proxy = await startProxy(nats.server.url);
    const crew = await gather(nats.server.url, 1, { urls: [proxy.url] }, PATIENT);
    const changes: StateChange[] = [];
    crew.first.onStateChange((change) => void changes.push(change));
    const call = ticking(crew.first);
    await sleep(300);
    proxy.freeze();
    await stateWithin(crew.first, "silent", 3000 * SLACK);
    note("connection frozen, back after", await stateWithin(crew.first, "joined", 10_000));
    await call.stop();
    expect(changes.map(({ state }) => state)).toEqual(["silent", "joined"]);
    await crew.end();
    proxy.close();
  });

  test("that passes nothing, like each new one, ends the session on both sides", async () => {
    const proxy = await startProxy(nats.server.url);
    const crew = await gather(nats.server.url, 1, { urls: [proxy.url] });
    proxy.freeze();
    proxy.refuse();
    expect(await crew.first.lost).toMatch(/its connection has ended|sent nothing for 10 s/);
    await goneWithin([crew.first.hello.pid], 13_000 + 1000 * SLACK);
    expect(await crew.agents[0]?.ended).toBe(3);
    await crew.end();
    proxy.close();
  });
});
