import { describe, expect, test } from "vitest";
import type { Json } from "../../src/cluster/channel.ts";
import type { HostAddress } from "../../src/cluster/host-list.ts";
import { type JoinOptions, join, type Roster } from "../../src/cluster/roster.ts";
import type { HostSession } from "../../src/cluster/session.ts";
import { PreflightError, UsageError } from "../../src/model/fault/errors.ts";
import { JOIN } from "./options.ts";

/** Opens the channels of a carrier to agents with the methods of `methods.ts`. */
export interface Carrier {
  readonly name: string;
  readonly hosts: readonly HostAddress[];
  readonly connect: NonNullable<JoinOptions["connect"]>;
  readonly onBegin?: () => void;
  /** Starts agents that connect by themselves; returns a function that ends what it started. */
  readonly start?: () => Promise<() => Promise<void>>;
  /** Names of the hosts once they have joined; default: those of the list. */
  readonly names?: readonly string[];
}

function joinAll({ hosts, connect, onBegin = () => {} }: Carrier): Promise<Roster> {
  return join(hosts, { ...JOIN, minHosts: hosts.length, connect, onBegin });
}

/** Executes `body` with joined hosts and ends their sessions. */
async function joined(carrier: Carrier, body: (sessions: readonly HostSession[]) => Promise<void>) {
  const end = await carrier.start?.();
  try {
    const roster = await joinAll(carrier);
    try {
      await body(roster.sessions);
    } finally {
      await roster.bye();
    }
  } finally {
    await end?.();
  }
}

function first(sessions: readonly HostSession[]): HostSession {
  const [session] = sessions;
  if (session === undefined) throw new Error("no session");
  return session;
}

/** Properties that every carrier has. */
export function describeCarrier(carrier: Carrier): void {
  describe(`over ${carrier.name}`, () => {
    testValues(carrier);
    testCalls(carrier);
  });
}

function testValues(carrier: Carrier): void {
  test("hosts join, have ranks in the order of the list, and an estimated clock", () =>
    joined(carrier, async (sessions) => {
      const names = carrier.names ?? carrier.hosts.map(({ name }) => name);
      expect(sessions.map(({ name }) => name)).toEqual(names);
      const places = await Promise.all(sessions.map((one) => one.call("whoami", null, {}).result));
      expect(places).toMatchObject(
        sessions.map((_, rank) => ({ rank, size: sessions.length, runId: JOIN.runId })),
      );
      for (const { clock, hello, state } of sessions) {
        expect(state).toBe("joined");
        expect(hello.version).toBe("1.2.3");
        expect(clock.boundNs).toBeGreaterThan(0);
        // All agents use the clock of this kernel.
        expect(Math.abs(Number(clock.toHost(0n)))).toBeLessThanOrEqual(clock.boundNs);
        const before = clock.estimate;
        await clock.measure();
        expect(clock.estimate.atNs).toBeGreaterThan(before.atNs);
        const nowNs = process.hrtime.bigint();
        expect(clock.toOwn(clock.toHost(nowNs))).toBe(nowNs);
      }
    }));

  test("a call returns its value, and reports events in order before", () =>
    joined(carrier, async (sessions) => {
      const value = { text: "grüße\n\u2028 \u{1f600}", list: [1, null, true, { a: 0.1 }] };
      expect(await first(sessions).call("echo", value, {}).result).toEqual(value);
      const events: Json[] = [];
      const event = (one: Json): void => void events.push(one);
      expect(await first(sessions).call("count", 500, { event }).result).toBe(500);
      expect(events).toEqual(Array.from({ length: 500 }, (_, index) => index));
    }));

  test("large values pass, and values above 4 MiB end the call with a failure", () =>
    joined(carrier, async (sessions) => {
      const session = first(sessions);
      const large = "ab".repeat(1_500_000);
      expect(await session.call("echo", large, {}).result).toBe(large);
      const tooLarge = session.call("echo", "a".repeat(4_200_000), {});
      await expect(tooLarge.result).rejects.toThrow("maximum: 4 MiB");
      await expect(session.call("grow", null, {}).result).rejects.toThrow("maximum: 4 MiB");
      expect(await session.call("echo", "still there", {}).result).toBe("still there");
    }));
}

function testCalls(carrier: Carrier): void {
  test("notes reach the call that they are for", () =>
    joined(carrier, async (sessions) => {
      const session = first(sessions);
      const begun = Promise.withResolvers<void>();
      const event = (): void => begun.resolve();
      const calls = [session.call("listen", null, { event }), session.call("listen", null, {})];
      await begun.promise;
      for (const [index, call] of calls.entries()) {
        for (const note of [index, "more", "end"]) call.note(note);
      }
      expect(await Promise.all(calls.map(({ result }) => result))).toEqual([
        [0, "more"],
        [1, "more"],
      ]);
    }));

  test("errors keep their kind and name the host", () =>
    joined(carrier, async (sessions) => {
      const session = first(sessions);
      const failure = (kind: string) =>
        session.call("fail", kind, {}).result.catch((error: unknown) => error);
      const preflight = await failure("preflight");
      expect(preflight).toBeInstanceOf(PreflightError);
      expect(String(preflight)).toContain(`${session.name}: the disk is full`);
      expect(await failure("usage")).toBeInstanceOf(UsageError);
      const internal = await failure("internal");
      expect(internal).toBeInstanceOf(Error);
      expect(internal).not.toHaveProperty("exitCode");
      expect(String(internal)).toContain("a bug");
      await expect(session.call("toString", null, {}).result).rejects.toThrow("unknown method");
    }));

  test("an abort ends a call early, with its result or with the reason", () =>
    joined(carrier, async (sessions) => {
      const session = first(sessions);
      for (const [method, expected] of [
        ["wait", { value: "stopped" }],
        ["refuseToWait", { reason: "enough" }],
      ] as const) {
        const abort = new AbortController();
        const event = (): void => abort.abort("enough");
        const [end] = await Promise.allSettled([
          session.call(method, null, { event, signal: abort.signal }).result,
        ]);
        expect(end).toMatchObject(expected);
      }
      const signal = AbortSignal.abort("before");
      await expect(session.call("echo", 1, { signal }).result).rejects.toBe("before");
    }));
}
