// @module-tag system
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { namesOf } from "../../../src/cluster/dial/names.ts";
import type { StateChange } from "../../../src/cluster/session.ts";
import { useNats } from "../../nats.ts";
import { goneWithin, isAlive } from "../carriers/processes.ts";
import { note, SLACK, stateWithin } from "../times.ts";
import { clientAs } from "./client.ts";
import { type Crew, gather } from "./crew.ts";
import { GROUP, groupUsers, startAgent, wayTo } from "./group.ts";

const COORDINATOR = fileURLToPath(new URL("./coordinator-program.ts", import.meta.url));
const nats = await useNats({ users: groupUsers(GROUP) });

let crew: Crew | null = null;
afterEach(async () => {
  await crew?.end();
  crew = null;
});

/** Starts agents, of which the first one has begun the call `wait`. */
async function waiting(size = 1) {
  crew = await gather(nats.server.url, size);
  const { first: session } = crew;
  const changes: StateChange[] = [];
  session.onStateChange((change) => void changes.push(change));
  const begun = Promise.withResolvers<void>();
  const call = session.call("wait", null, { event: () => begun.resolve() });
  await begun.promise;
  return { ...crew, session, changes, call, pid: session.hello.pid };
}

function testCoordinatorKilled(): void {
  test("ends within 10 s after its coordinator was killed, and leaves nothing", async () => {
    const agents = [0, 1].map((rank) => startAgent(wayTo(nats.server.url, GROUP, { rank })));
    const words = [COORDINATOR, nats.server.url, "2"];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(child.stdout, "data");
    const pids: readonly number[] = JSON.parse(String(line));
    expect(pids.every(isAlive)).toBe(true);
    child.kill("SIGKILL");
    note("coordinator killed, agents gone after", await goneWithin(pids, 13_000 + 1000 * SLACK));
    for (const { ended, words: said } of agents) {
      expect([await ended, said().trim()]).toEqual([3, "the coordinator sent nothing for 10 s"]);
    }
  });
}

describe.skipIf(!nats.available)("an agent over NATS", () => {
  test("is lost when it is killed; its call ends, and others go on", async () => {
    const { session, sessions, call, pid } = await waiting(2);
    process.kill(pid, "SIGKILL");
    note("agent killed, told after", await stateWithin(session, "lost", 1000 * SLACK));
    await expect(call.result).rejects.toThrow("its connection has ended");
    expect(await sessions[1]?.call("echo", 1, {}).result).toBe(1);
  });

  test("is silent while it is stopped, then back; the call goes on", async () => {
    const { roster, session, call, changes, pid } = await waiting();
    process.kill(pid, "SIGSTOP");
    note("agent stopped, told after", await stateWithin(session, "silent", 3000 * SLACK));
    process.kill(pid, "SIGCONT");
    await stateWithin(session, "joined", 3000 * SLACK);
    expect(changes.map(({ state }) => state)).toEqual(["silent", "joined"]);
    expect(changes[1]?.silentNs).toBeGreaterThanOrEqual(2e9);
    await session.clock.measure();
    expect(await session.call("echo", 1, {}).result).toBe(1);
    await roster.bye();
    await expect(call.result).rejects.toThrow("the session has ended");
    await goneWithin([pid], 1000 * SLACK);
  });

  test("is not silent while its main thread is busy", async () => {
    const { session, changes } = await waiting();
    const busy = session.call("busy", 4000, {});
    await session.clock.measure();
    expect(await busy.result).toBe("done");
    expect(changes).toEqual([]);
  });

  test("is lost when a signal ends it", async () => {
    const { session, pid } = await waiting();
    process.kill(pid, "SIGTERM");
    await stateWithin(session, "lost", 1000 * SLACK);
    expect(isAlive(pid)).toBe(false);
  });

  test("ends when its channel is closed by the coordinator", async () => {
    const { hall, session, pid, agents } = await waiting();
    hall.channelOf(0).close();
    expect(await session.lost).toBe("the session has ended");
    await goneWithin([pid], 1000 * SLACK);
    expect(await agents[0]?.ended).toBe(3);
  });

  testCoordinatorKilled();
});

describe.skipIf(!nats.available)("noise on the subjects of an agent", () => {
  test.each([
    ["pulse", "Broadcast message", "sent something other than a message: Broadcast message"],
    ["pulse", '{"type":"x"}', 'sent something other than a message: {"type":"x"}'],
    ["pulse", "\u001b]0;x\u0007\u001b[2Jrm", "sent something other than a message: rm"],
    ["data", '{"type":"beat"}', "lost messages on the way through the server"],
  ] as const)("on the %s lane, %j, ends its session only", async (lane, text, why) => {
    const { hall, session, sessions, agents, changes } = await waiting(2);
    const { incarnation } = session.hello;
    const client = await clientAs(nats.server.url, 0);
    const { of } = namesOf(GROUP);
    const { session: run } = hall;
    for (const one of [
      { rank: 0, session: run, incarnation: "another" },
      { rank: 0, session: "another", incarnation },
      { rank: 0, session: run, incarnation },
    ]) {
      client.connection.publish(of(one, "up", lane), text);
    }
    expect(await session.lost).toBe(why);
    expect(changes.map(({ state }) => state)).toEqual(["lost"]);
    expect(await agents[0]?.ended).toBe(3);
    expect(await sessions[1]?.call("echo", 1, {}).result).toBe(1);
    expect(client.errors).toEqual([]);
    await client.close();
  });
});
