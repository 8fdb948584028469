// @module-tag system
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openSsh } from "../../../src/cluster/carriers/ssh.ts";
import { parseHostList } from "../../../src/cluster/host-list.ts";
import { join } from "../../../src/cluster/roster.ts";
import type { StateChange } from "../../../src/cluster/session.ts";
import { JOIN } from "../options.ts";
import { goneWithin, isAlive } from "./processes.ts";
import { sshProblem, startServers } from "./sshd.ts";

const AGENT = fileURLToPath(new URL("../agent-program.ts", import.meta.url));
/** Names and addresses differ between concurrent runs of the tests. */
const NET = `10.213.${process.pid % 256}`;
const NAME = `asy${process.pid % 100_000}`;

const PROBLEM = sshProblem() ?? namespaceProblem();
if (PROBLEM !== null) process.stderr.write(`skipped: ${PROBLEM}\n`);

function ip(...words: readonly string[]): void {
  execFileSync("ip", words, { stdio: "pipe" });
}

function namespaceProblem(): string | null {
  if (process.getuid?.() !== 0) return "network namespaces need root";
  try {
    ip("netns", "add", `${NAME}t`);
    ip("netns", "del", `${NAME}t`);
    return null;
  } catch {
    return "network namespaces are not permitted here";
  }
}

/** Makes three hosts with an address each, on one bridge. */
function makeHosts(): readonly { readonly address: string; readonly within: readonly string[] }[] {
  ip("link", "add", NAME, "type", "bridge");
  ip("addr", "add", `${NET}.1/24`, "dev", NAME);
  ip("link", "set", NAME, "up");
  return [2, 3, 4].map((number) => {
    const space = `${NAME}n${number}`;
    ip("netns", "add", space);
    ip("link", "add", `${NAME}v${number}`, "type", "veth", "peer", "name", "eth0", "netns", space);
    ip("link", "set", `${NAME}v${number}`, "master", NAME, "up");
    ip("-n", space, "addr", "add", `${NET}.${number}/24`, "dev", "eth0");
    ip("-n", space, "link", "set", "eth0", "up");
    return { address: `${NET}.${number}`, within: ["ip", "netns", "exec", space] };
  });
}

function removeHosts(): void {
  for (const words of [
    ...[2, 3, 4].map((number) => ["netns", "del", `${NAME}n${number}`]),
    ["link", "del", NAME],
  ]) {
    try {
      ip(...words);
    } catch {
      // It was not made.
    }
  }
}

test.skipIf(PROBLEM !== null)(
  "a host whose network is cut is silent, and its agent ends",
  async () => {
    try {
      const servers = await startServers(makeHosts());
      try {
        const hosts = parseHostList(`${NET}.[2-4]`);
        const roster = await join(hosts, {
          ...JOIN,
          minHosts: 3,
          connect: (host) => {
            if (host.kind !== "ssh") throw new Error("not ssh");
            return openSsh(host, { ssh: servers.ssh, remote: [process.execPath, AGENT] });
          },
        });
        const { sessions } = roster;
        const changes: (StateChange & { name: string })[] = [];
        for (const session of sessions) {
          session.call("wait", null, {});
          session.onStateChange((change) => void changes.push({ ...change, name: session.name }));
        }
        const [one, cut, other] = sessions.map(({ hello }) => hello.pid);
        if (one === undefined || cut === undefined || other === undefined)
          throw new Error("absent");
        ip("link", "set", `${NAME}v3`, "down");
        const goneMs = await goneWithin([cut], 10_500 + 10_000);
        process.stderr.write(`network cut: agent gone after ${Math.round(goneMs)} ms\n`);
        expect(changes[0]).toMatchObject({ name: `${NET}.3`, state: "silent" });
        expect(changes[0]?.silentNs).toBeLessThan(3e9 * 5);
        process.stderr.write(`network cut: silent after ${(changes[0]?.silentNs ?? 0) / 1e6} ms\n`);
        expect(changes.filter(({ name }) => name !== `${NET}.3`)).toEqual([]);
        expect([one, other].map(isAlive)).toEqual([true, true]);
        expect(await sessions[2]?.call("echo", "still here", {}).result).toBe("still here");
        ip("link", "set", `${NAME}v3`, "up");
        expect(await sessions[1]?.lost).toMatch(/\S/);
        await roster.bye();
      } finally {
        await servers.stop();
      }
    } finally {
      removeHosts();
    }
  },
);
