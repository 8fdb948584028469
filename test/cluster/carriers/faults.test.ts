// @module-tag system
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandChannel } from "../../../src/cluster/carriers/command.ts";
import { openSsh } from "../../../src/cluster/carriers/ssh.ts";
import { type HostAddress, parseHostList } from "../../../src/cluster/host-list.ts";
import { join } from "../../../src/cluster/roster.ts";
import type { StateChange } from "../../../src/cluster/session.ts";
import { JOIN } from "../options.ts";
import { note, SLACK, stateWithin } from "../times.ts";
import { childWith, goneWithin, isAlive, parentOf } from "./processes.ts";
import { type Servers, sshProblem, startServers } from "./sshd.ts";

const AGENT = fileURLToPath(new URL("../agent-program.ts", import.meta.url));
const COORDINATOR = fileURLToPath(new URL("../coordinator-program.ts", import.meta.url));
const PROBLEM = sshProblem();

let servers: Servers;
beforeAll(async () => {
  if (PROBLEM !== null) return;
  servers = await startServers(["127.0.0.2", "127.0.0.3"].map((address) => ({ address })));
});
afterAll(() => servers?.stop());

function open(host: HostAddress) {
  const remote = [process.execPath, AGENT];
  if (host.kind === "ssh") return openSsh(host, { ssh: servers.ssh, remote });
  return commandChannel(remote, ({ code, signal }) => `ended (${code ?? signal})`);
}

/** Joins one host, whose call `wait` has begun. */
async function waiting(list: string) {
  const hosts = parseHostList(list);
  const roster = await join(hosts, { ...JOIN, minHosts: hosts.length, connect: open });
  const [session] = roster.sessions;
  if (session === undefined) throw new Error("no session");
  const changes: StateChange[] = [];
  session.onStateChange((change) => void changes.push(change));
  const begun = Promise.withResolvers<void>();
  const call = session.call("wait", null, { event: () => begun.resolve() });
  await begun.promise;
  return { roster, session, changes, call, pid: session.hello.pid };
}

const CARRIERS = ["local:1", ...(PROBLEM === null ? ["127.0.0.2"] : [])];

describe.each(CARRIERS)("%s", (list) => {
  test("is lost when its agent is killed; the call ends", async () => {
    const { session, call, pid } = await waiting(list);
    process.kill(pid, "SIGKILL");
    note(`${list}: agent killed, told after`, await stateWithin(session, "lost", 100 * SLACK));
    await expect(call.result).rejects.toThrow(`${session.name} was lost: `);
  });

  test("is silent while its agent is stopped, then back; the call goes on", async () => {
    const { roster, session, call, changes, pid } = await waiting(list);
    process.kill(pid, "SIGSTOP");
    note(`${list}: agent stopped, told after`, await stateWithin(session, "silent", 3000 * SLACK));
    process.kill(pid, "SIGCONT");
    await stateWithin(session, "joined", 3000 * SLACK);
    expect(changes.map(({ state }) => state)).toEqual(["silent", "joined"]);
    expect(changes[1]?.silentNs).toBeGreaterThanOrEqual(2e9);
    await session.clock.measure();
    await roster.bye();
    await expect(call.result).rejects.toThrow("the session has ended");
    await goneWithin([pid], 1000 * SLACK);
  });

  test("is not silent while its main thread is busy", async () => {
    const { roster, session, changes, pid } = await waiting(list);
    const busy = session.call("busy", 4000, {});
    await session.clock.measure();
    expect(session.clock.boundNs).toBeLessThan(1e9);
    expect(await busy.result).toBe("done");
    expect(changes).toEqual([]);
    await roster.bye();
    expect(isAlive(pid)).toBe(false);
  });

  test("prints nothing between its messages", async () => {
    const { roster, session } = await waiting(list);
    expect(await session.call("print", '{"type":"bye"}\nx', {}).result).toBe('{"type":"bye"}\nx');
    expect(session.state).toBe("joined");
    await roster.bye();
  });

  test.each([
    ["noise", "Broadcast message from root\n", "other than a message: Broadcast message from root"],
    ["a message with an unknown type", '{"type":"x"}\n', 'other than a message: {"type":"x"}'],
    ["escape sequences", "\u001b]0;x\u0007\u001b[2Jrm\n", "other than a message: rm"],
  ])("is lost at %s on its stdout; its agent ends", async (_, text, reason) => {
    const { session, pid } = await waiting(list);
    session.call("shout", text, {});
    expect(await session.lost).toBe(`sent something ${reason}`);
    await goneWithin([pid], 1000 * SLACK);
  });

  test("is lost when a signal ends its agent", async () => {
    const { session, pid } = await waiting(list);
    process.kill(pid, "SIGTERM");
    await stateWithin(session, "lost", 1000 * SLACK);
    expect(isAlive(pid)).toBe(false);
  });

  test("leaves no agent when the coordinator is killed", async () => {
    const ssh = PROBLEM === null ? servers.ssh : [];
    const words = [COORDINATOR, list, AGENT, ...ssh];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(child.stdout, "data");
    const pids: readonly number[] = JSON.parse(String(line));
    expect(pids.every(isAlive)).toBe(true);
    child.kill("SIGKILL");
    note(`${list}: coordinator killed, agent gone after`, await goneWithin(pids, 1000 * SLACK));
  });
});

test("a line of more than 4 MiB ends the session", async () => {
  const { session, pid } = await waiting("local:1");
  session.call("shout", 5_000_000, {});
  expect(await session.lost).toBe("sent a line of more than 4 MiB");
  await goneWithin([pid], 1000 * SLACK);
});

test("an agent whose main thread stays blocked is killed", async () => {
  const { session, pid } = await waiting("local:1");
  const blocked = Promise.withResolvers<void>();
  session.call("busy", 120_000, { event: () => blocked.resolve() });
  await blocked.promise;
  await sleep(500);
  const gone = session.bye();
  note("blocked agent gone after", await goneWithin([pid], 13_000 + 1000 * SLACK));
  await gone;
});

describe.skipIf(PROBLEM !== null)("a connection of ssh", () => {
  test("that is killed on this side ends the agent", async () => {
    const { session, pid } = await waiting("127.0.0.2");
    process.kill(childWith("127.0.0.2"), "SIGKILL");
    note("ssh killed, told after", await stateWithin(session, "lost", 100 * SLACK));
    expect(await session.lost).toBe("ssh was ended by SIGKILL");
    note("ssh killed, agent gone after", await goneWithin([pid], 1000 * SLACK));
  });

  test("that falls silent ends the agent after 10 s, not the session at once", async () => {
    const { session, changes, pid } = await waiting("127.0.0.3");
    const server = parentOf(pid);
    process.kill(server, "SIGSTOP");
    try {
      note("sshd stopped, told after", await stateWithin(session, "silent", 3000 * SLACK));
      note("sshd stopped, agent gone after", await goneWithin([pid], 13_000 + 1000 * SLACK));
    } finally {
      process.kill(server, "SIGCONT");
    }
    await session.lost;
    expect(changes.map(({ state }) => state).slice(0, 1)).toEqual(["silent"]);
  });
});
