import { describe, expect, test } from "vitest";
import type { Channel } from "../../src/cluster/channel.ts";
import { makeHello } from "../../src/cluster/hello.ts";
import { parseHostList } from "../../src/cluster/host-list.ts";
import { joinLine } from "../../src/cluster/join-progress.ts";
import { withPulse } from "../../src/cluster/pulse.ts";
import { type JoinOptions, join } from "../../src/cluster/roster.ts";
import { serve } from "../../src/cluster/serve.ts";
import { SYSTEM_ROOTS } from "../../src/environment/machine/roots.ts";
import { memoryPair } from "./memory.ts";
import { METHODS } from "./methods.ts";
import { JOIN } from "./options.ts";

/** How a host of a test behaves while it joins. */
interface Behavior {
  readonly version?: string;
  readonly protocol?: number;
  readonly machine?: string;
  readonly absent?: boolean;
  readonly fails?: string;
}

/** Joins hosts in memory; those without a behavior join. Returns what each agent saw at its end. */
function gather(
  names: string,
  behaviors: Readonly<Record<string, Behavior>>,
  options: Partial<JoinOptions> = {},
) {
  const ends: Record<string, string> = {};
  const lines: string[] = [];
  const hosts = parseHostList(names);
  const connect = ({ name }: { readonly name: string }): Channel => {
    const { coordinator, agent, end } = memoryPair();
    const { version = "1.2.3", fails, absent = false, ...rest } = behaviors[name] ?? {};
    if (fails !== undefined) setTimeout(() => end(fails), 5);
    else if (!absent) {
      const env = { ASSAY_MACHINE_ID: behaviors[name]?.machine ?? name };
      const hello = { ...makeHello(version, env, SYSTEM_ROOTS), ...protocolOf(rest) };
      void serve(withPulse(agent), hello as never, METHODS).then((why) => {
        ends[name] = why;
      });
    }
    return coordinator;
  };
  const onState: JoinOptions["onState"] = (progress) => void lines.push(joinLine(progress));
  const all = { ...JOIN, minHosts: hosts.length, connect, onState, ...options };
  return { joined: join(hosts, all), ends, lines };
}

function protocolOf({ protocol }: Behavior): object {
  return protocol === undefined ? {} : { protocol };
}

describe("a roster", () => {
  test("names the hosts that are awaited until the deadline, then ends", async () => {
    const { joined, ends, lines } = gather(
      "n-[1-3]",
      { "n-2": { absent: true } },
      { joinTimeoutMs: 1500 },
    );
    await expect(joined).rejects.toMatchObject({ exitCode: 3 });
    await expect(joined).rejects.toThrow(
      "2 of 3 hosts joined; nothing was written or measured\n" +
        "  n-2: did not join within 1.5 s; it has written nothing",
    );
    expect(lines).toContain("joined 2 of 3 (waiting for n-2, 2 s left)");
    expect(lines).toContain("joined 2 of 3 (waiting for n-2, 1 s left)");
    const refused = "the coordinator refused this host: the run did not begin";
    expect(ends).toEqual({ "n-1": refused, "n-3": refused });
  });

  test("begins without absent hosts if there are at least --min-hosts", async () => {
    const behaviors = { b: { fails: "refused" }, c: { absent: true } };
    const { joined } = gather("a,b,c,d", behaviors, { minHosts: 2, joinTimeoutMs: 300 });
    const roster = await joined;
    expect(roster.sessions.map(({ name, rank }) => [name, rank])).toEqual([
      ["a", 0],
      ["d", 1],
    ]);
    expect(roster.absent).toMatchObject([{ name: "b", reason: "refused" }, { name: "c" }]);
    await roster.bye();
  });

  test("lists every host that failed", async () => {
    const behaviors = { a: { fails: "no route" }, c: { fails: "unknown key" } };
    const { joined } = gather("a,b,c", behaviors, { minHosts: 2 });
    await expect(joined).rejects.toThrow(
      "1 of 3 hosts joined (--min-hosts 2); nothing was written or measured\n" +
        "  a: no route\n  c: unknown key",
    );
  });

  test("refuses another version and another protocol, and tells both sides", async () => {
    const behaviors = { a: { version: "9.0.0" }, b: { protocol: 7 } };
    const { joined, ends } = gather("a,b,c", behaviors);
    await expect(joined).rejects.toThrow(
      "  a: has assay 9.0.0 (protocol 1), this host 1.2.3 (protocol 1); install the same",
    );
    await expect(joined).rejects.toThrow("  b: has assay 1.2.3 (protocol 7), this host 1.2.3");
    expect(ends.a).toContain("this host has assay 9.0.0 (protocol 1), the coordinator 1.2.3");
    expect(ends.b).toContain("this host has assay 1.2.3 (protocol 7)");
  });

  test("counts a machine once", async () => {
    const { joined } = gather("a,b,c", { a: { machine: "x" }, c: { machine: "x" } });
    const roster = await joined;
    expect(roster.machines).toBe(2);
    expect(roster.sameMachine).toEqual([["a", "c"]]);
    await roster.bye();
  });

  test("ends at an abort", async () => {
    const abort = new AbortController();
    const { joined, ends } = gather("a,b", { b: { absent: true } }, { signal: abort.signal });
    setTimeout(() => abort.abort("ctrl-c"), 50);
    await expect(joined).rejects.toBe("ctrl-c");
    expect(ends.a).toContain("the run was interrupted");
  });
});

test("a roster names hosts that failed for the same reason together", async () => {
  const alike = Array.from({ length: 7 }, (_, index) => [`n${index}`, { fails: "no job" }]);
  const behaviors = { ...Object.fromEntries(alike), a: { fails: "no route" } };
  const { joined } = gather("a,n[0-6],b", behaviors);
  await expect(joined).rejects.toThrow(
    "1 of 9 hosts joined; nothing was written or measured\n" +
      "  a: no route\n  n0, n1, n2, n3, n4 and 2 more: no job",
  );
});

test("the progress names at most 20 hosts", () => {
  const waiting = Array.from({ length: 25 }, (_, index) => `n${index}`);
  const line = joinLine({ joined: 1, total: 26, waiting, absent: [], leftMs: 40_200 });
  expect(line).toMatch(/^joined 1 of 26 \(waiting for n0, .*, n19 and 5 more, 41 s left\)$/);
  expect(joinLine({ joined: 2, total: 2, waiting: [], absent: [], leftMs: 9 })).toBe(
    "joined 2 of 2",
  );
});
