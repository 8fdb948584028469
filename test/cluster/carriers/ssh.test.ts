// @module-tag system
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSsh } from "../../../src/cluster/carriers/ssh.ts";
import { type HostAddress, parseHostList } from "../../../src/cluster/host-list.ts";
import { join } from "../../../src/cluster/roster.ts";
import { ROOT, read } from "../../tree.ts";
import { describeCarrier } from "../contract.ts";
import { JOIN } from "../options.ts";
import { type Servers, sshProblem, startServers } from "./sshd.ts";

const AGENT = fileURLToPath(new URL("../agent-program.ts", import.meta.url));
const HOSTS = parseHostList("127.0.0.[2-4]");
const PROBLEM = sshProblem();
if (PROBLEM !== null) process.stderr.write(`skipped: ${PROBLEM}\n`);

let servers: Servers;
beforeAll(async () => {
  if (PROBLEM !== null) return;
  const addresses = ["127.0.0.2", "127.0.0.3", "127.0.0.4"];
  servers = await startServers(addresses.map((address) => ({ address })));
});
afterAll(() => servers?.stop());

describe.skipIf(PROBLEM !== null)("real sshd without forwarding", () => {
  describeCarrier({ name: "ssh", hosts: HOSTS, connect: (host) => open(host) });

  test("assay of this directory joins over ssh", async () => {
    const assayVersion: string = JSON.parse(read("package.json")).version;
    const remote = [process.execPath, `${ROOT}/bin/assay.mjs`];
    const options = { ...JOIN, assayVersion, minHosts: 3, ssh: servers.ssh, remote };
    const beganMs = performance.now();
    const roster = await join(HOSTS, options);
    process.stderr.write(`joined 3 hosts in ${Math.round(performance.now() - beganMs)} ms\n`);
    const looked = roster.sessions[2]?.call("look", { target: null, ring: false }, {}).result;
    expect(await looked).toMatchObject({ hasFloors: expect.any(Boolean) });
    await roster.bye();
  });

  test("each host that cannot be reached is named with its remedy", async () => {
    const wrong = servers.client("no-keys", ["UserKnownHostsFile none", "IdentityFile none"]);
    const noKey = servers.client("no-user", [
      ...[`UserKnownHostsFile ${servers.folder}/known`, "IdentityFile none"],
    ]);
    const remote = [process.execPath, AGENT];
    const cases: Record<string, readonly [readonly string[], readonly string[]]> = {
      "127.0.0.2": [wrong, remote],
      "127.0.0.3": [noKey, remote],
      "127.0.0.4": [servers.ssh, ["no-such-assay"]],
      "127.0.0.9": [servers.ssh, remote],
      "ssh://me@127.0.0.4:1": [servers.ssh, remote],
      "no-such-host.invalid": [servers.ssh, remote],
    };
    const hosts = parseHostList(Object.keys(cases).join(","));
    const connect = (host: HostAddress) => {
      const [ssh = [], programs = []] = cases[host.name] ?? [];
      if (host.kind !== "ssh") throw new Error("not ssh");
      return openSsh(host, { ssh, remote: programs });
    };
    const joined = join(hosts, { ...JOIN, minHosts: 1, connect });
    const error = await joined.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ exitCode: 3 });
    const lines = String(error).split("\n").slice(1);
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^ {2}127\.0\.0\.2: .*Host key verification failed\.; .*known_hosts/);
    expect(lines[1]).toMatch(/^ {2}127\.0\.0\.3: .*Permission denied.*; .*authorized_keys/);
    expect(lines[2]).toMatch(/^ {2}127\.0\.0\.4: assay cannot be started there \(exit code 127\)/);
    expect(lines[3]).toMatch(/^ {2}127\.0\.0\.9: .*Connection refused; .*security group/);
    expect(lines[4]).toMatch(/^ {2}ssh:\/\/me@127\.0\.0\.4:1: .*port 1: Connection refused/);
    expect(lines[5]).toMatch(/^ {2}no-such-host\.invalid: .*Could not resolve .*; check the name/);
  });

  test("a host whose key has changed is refused", async () => {
    const { folder, port } = servers;
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", `${folder}/other`]);
    writeFileSync(
      `${folder}/changed-keys`,
      `[127.0.0.2]:${port} ${readFileSync(`${folder}/other.pub`, "utf8")}`,
    );
    const ssh = servers.client("changed", [`UserKnownHostsFile ${folder}/changed-keys`]);
    const options = { ...JOIN, minHosts: 1, ssh, remote: ["true"] };
    await expect(join(HOSTS.slice(0, 1), options)).rejects.toThrow("its host key has changed");
  });
});

describe.skipIf(PROBLEM !== null)("a real login shell", () => {
  test("output before the first message is ignored, or shown if none comes", async () => {
    const greeting = "echo 'Welcome to node-1'; printf 'Last login: '; ";
    const shell = (script: string) => ["sh", "-c", script];
    const agent = `exec ${process.execPath} ${AGENT}`;
    const joinTimeoutMs = 4000;
    const all = { ...JOIN, minHosts: 1, ssh: servers.ssh };
    const one = HOSTS.slice(0, 1);
    const roster = await join(one, { ...all, remote: shell(greeting + agent) });
    expect(await roster.sessions[0]?.call("echo", 1, {}).result).toBe(1);
    await roster.bye();
    const waits = join(one, { ...all, joinTimeoutMs, remote: shell(`${greeting} sleep 60`) });
    await expect(waits).rejects.toThrow(
      "127.0.0.2: did not join within 4 s; its last output: Welcome to node-1 Last login:",
    );
    const floods = join(one, { ...all, remote: shell("yes 'no assay here'") });
    await expect(floods).rejects.toThrow("64 kB of other output before a message");
    const old = shell("echo 'assay needs Node 24 or newer, this is 18.19.0.' >&2; exit 3");
    await expect(join(one, { ...all, remote: old })).rejects.toThrow(
      "its agent has ended (exit code 3): assay needs Node 24 or newer, this is 18.19.0.",
    );
  });
});

function open(host: HostAddress) {
  if (host.kind !== "ssh") throw new Error("not ssh");
  return openSsh(host, { ssh: servers.ssh, remote: [process.execPath, AGENT] });
}
