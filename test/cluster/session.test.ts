import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HostLost } from "../../src/cluster/calls.ts";
import type { Channel, Json } from "../../src/cluster/channel.ts";
import { makeHello } from "../../src/cluster/hello.ts";
import type { Hello } from "../../src/cluster/messages.ts";
import { Beats, withPulse } from "../../src/cluster/pulse.ts";
import { serve } from "../../src/cluster/serve.ts";
import { Session, type StateChange } from "../../src/cluster/session.ts";
import { Turns } from "../../src/cluster/turns.ts";
import { SYSTEM_ROOTS } from "../../src/environment/machine/roots.ts";
import { memoryPair, type Way } from "./memory.ts";
import { METHODS } from "./methods.ts";

const SKEW_NS = 987_654_321_000_123n;
const HELLO: Hello = makeHello("1.2.3", { ASSAY_MACHINE_ID: "a" }, SYSTEM_ROOTS);

const ownNs = (): bigint => BigInt(Math.round(performance.now() * 1e6));
const hostNs = (): bigint => ownNs() + SKEW_NS;

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

function openSession(channel: Channel) {
  const options = { turns: new Turns(), beats: new Beats(), assayVersion: "1.2.3", nowNs: ownNs };
  const session = new Session("node-3", channel, options);
  const changes: StateChange[] = [];
  session.onStateChange((change) => void changes.push(change));
  return { session, changes };
}

/** A session with an agent in memory that has joined; time is that of fake timers. */
async function joined(up: Way = {}, down: Way = {}) {
  const pair = memoryPair(up, down);
  const { session, changes } = openSession(pair.coordinator);
  const ended = serve(withPulse(pair.agent, hostNs), HELLO, METHODS);
  await vi.advanceTimersByTimeAsync(2000);
  expect(session.isPresent).toBe(true);
  session.welcome({ rank: 4, size: 8, runId: "r" });
  await vi.advanceTimersByTimeAsync(500);
  return { ...pair, session, changes, ended };
}

/** A session whose agent is the test itself. */
async function byHand() {
  const pair = memoryPair();
  const { session, changes } = openSession(pair.coordinator);
  const received: Json[] = [];
  pair.agent.onMessage((message) => void received.push(message));
  const say = async (message: Json): Promise<void> => {
    pair.agent.send(message);
    await vi.advanceTimersByTimeAsync(1);
  };
  await say({ type: "hello", ...HELLO });
  return { ...pair, session, changes, received, say };
}

describe("a host", () => {
  test("is silent after 2 s, and back when it answers again", async () => {
    let mute = false;
    const { session, changes } = await joined({ loses: () => mute });
    mute = true;
    await vi.advanceTimersByTimeAsync(1900);
    expect(session.state).toBe("joined");
    await vi.advanceTimersByTimeAsync(700);
    expect(session.state).toBe("silent");
    mute = false;
    await vi.advanceTimersByTimeAsync(600);
    expect(changes).toMatchObject([
      { state: "silent", before: "joined", reason: null },
      { state: "joined", before: "silent", reason: null },
    ]);
    for (const { silentNs } of changes) {
      expect(silentNs).toBeGreaterThanOrEqual(2e9);
      expect(silentNs).toBeLessThanOrEqual(3.2e9);
    }
  });

  test("is lost after 10 s without a message; its calls end", async () => {
    const { session, changes, cut } = await joined();
    const result = session.call("stay", null, {}).result;
    cut();
    await vi.advanceTimersByTimeAsync(8400);
    expect(session.state).toBe("silent");
    await vi.advanceTimersByTimeAsync(1700);
    expect(session.state).toBe("lost");
    expect(await session.lost).toBe("sent nothing for 10 s");
    await expect(result).rejects.toThrow(HostLost);
    await expect(result).rejects.toMatchObject({ host: "node-3", exitCode: 3 });
    await expect(session.call("echo", 1, {}).result).rejects.toThrow("node-3 was lost: sent");
    await expect(session.clock.measure()).rejects.toThrow("node-3 did not respond");
    expect(changes.map(({ state }) => state)).toEqual(["silent", "lost"]);
    await session.bye();
  });

  test("is lost when its channel closes, once", async () => {
    const { session, changes, end } = await joined();
    const result = session.call("wait", null, {}).result;
    end("exit code 9");
    await expect(result).rejects.toThrow("node-3 was lost: exit code 9");
    expect(await session.lost).toBe("exit code 9");
    expect(changes).toMatchObject([{ state: "lost", reason: "exit code 9" }]);
  });

  test("is lost if the listener of a call does not accept what it sends", async () => {
    const { session } = await joined();
    const event = (value: Json): void => {
      throw new Error(`sent no interval: ${value}`);
    };
    const result = session.call("count", 3, { event }).result;
    await vi.advanceTimersByTimeAsync(100);
    expect(await session.lost).toBe("sent no interval: 0");
    await expect(result).rejects.toThrow("node-3 was lost: sent no interval: 0");
  });

  test("repeats hello until it is answered", async () => {
    let helloes = 0;
    const loses = (message: Json) => JSON.stringify(message).includes("hello") && helloes++ < 3;
    const { session } = await joined({ loses });
    expect(session.hello).toEqual(HELLO);
    const call = session.call("whoami", null, {}).result;
    await vi.advanceTimersByTimeAsync(10);
    expect(await call).toEqual({ type: "welcome", rank: 4, size: 8, runId: "r" });
    const before = helloes;
    await vi.advanceTimersByTimeAsync(5000);
    expect(helloes).toBe(before);
  });
});

describe("a clock over a connection", () => {
  test.each([
    [3, 3],
    [20, 1],
    [1, 20],
  ])("is within its bound with %i ms up and %i ms down", async (upMs, downMs) => {
    const { session } = await joined({ delayMs: () => upMs }, { delayMs: () => downMs });
    const measured = session.clock.measure();
    await vi.advanceTimersByTimeAsync(5000);
    await measured;
    const errorNs = Number(session.clock.toHost(0n) - SKEW_NS);
    expect(Math.abs(errorNs)).toBeLessThanOrEqual(session.clock.boundNs);
    expect(session.clock.boundNs).toBe(((upMs + downMs) / 2) * 1e6);
    expect(Math.abs(errorNs)).toBeCloseTo((Math.abs(upMs - downMs) / 2) * 1e6, -3);
  });

  test("is estimated even if some requests are lost or overtake each other", async () => {
    let count = 0;
    const loses = (message: Json) => JSON.stringify(message).includes("clock") && count++ % 3 === 0;
    const delayMs = () => (count % 2) * 1500;
    const { session } = await joined({ loses, delayMs, reorders: true });
    const measured = session.clock.measure();
    await vi.advanceTimersByTimeAsync(20_000);
    await measured;
    expect(session.clock.toHost(0n)).toBe(SKEW_NS);
  });
});

describe("a message that an agent must not send", () => {
  const RESULT = { type: "result", id: 0, value: 1 };
  test.each<[string, Json]>([
    ["the result of another call", { ...RESULT, id: 7 }],
    ["an event of no call", { type: "event", id: 0, value: 1 }],
    ["a second agent's hello", { type: "hello", ...HELLO, incarnation: "another" }],
    ["a call", { type: "call", id: 0, method: "echo", params: 1 }],
    ["a negative id", { ...RESULT, id: -1 }],
    ["a fractional id", { ...RESULT, id: 0.5 }],
    ["no type", { id: 0 }],
    ["a list", [1]],
    ["a clock that is no integer", { type: "clock", id: 0, atNs: "1e9" }],
    ["an unknown kind of failure", { type: "failure", id: 0, kind: "x", message: "" }],
    ["a hello with a made-up machine", { type: "hello", ...HELLO, machine: "../../etc" }],
  ])("ends its session: %s", async (_, message) => {
    const { session, say } = await byHand();
    await say(message);
    expect(session.state).toBe("lost");
    expect(await session.lost).toMatch(/other than a message: \S|another agent answers/);
  });

  test("a result is taken once", async () => {
    const { session, say } = await byHand();
    const call = session.call("echo", 1, {});
    await say(RESULT);
    expect(await call.result).toBe(1);
    expect(session.state).toBe("joined");
    await say(RESULT);
    expect(session.state).toBe("lost");
  });
});

describe("an agent", () => {
  test("aborts its calls and ends after 10 s without a beat", async () => {
    const { session, cut, ended } = await joined();
    const begun = vi.fn();
    session.call("wait", null, { event: begun });
    await vi.advanceTimersByTimeAsync(100);
    expect(begun).toHaveBeenCalled();
    cut();
    const end = vi.fn();
    void ended.then(end);
    await vi.advanceTimersByTimeAsync(9500);
    expect(end).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2500);
    expect(end).toHaveBeenCalledWith("the coordinator sent nothing for 10 s");
  });

  test("gives calls that do not obey 10 s", async () => {
    const { session, end: close, ended } = await joined();
    session.call("stay", null, {});
    await vi.advanceTimersByTimeAsync(100);
    const end = vi.fn();
    void ended.then(end);
    close("stdin closed");
    await vi.advanceTimersByTimeAsync(9900);
    expect(end).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1200);
    expect(end).toHaveBeenCalledWith("stdin closed");
  });

  test.each<[Json, string]>([
    [{ type: "refuse", message: "too late" }, "refused this host: too late"],
    [{ type: "result", id: 0, value: 1 }, "other than a message"],
    [{ type: "call", id: 0, method: "echo", params: null }, "too early"],
  ])("ends at %j", async (message, why) => {
    const { coordinator, agent } = memoryPair();
    const ended = serve(withPulse(agent), HELLO, METHODS);
    coordinator.send(message);
    await vi.advanceTimersByTimeAsync(100);
    expect(await ended).toContain(why);
  });
});
