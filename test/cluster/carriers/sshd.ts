import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const SSHD = "/usr/sbin/sshd";

/** Why the tests with real ssh connections are skipped; null if they run. */
export function sshProblem(): string | null {
  if (!existsSync(SSHD)) return "sshd is not installed (apt-get install openssh-server)";
  try {
    execFileSync("ssh", ["-V"], { stdio: "ignore" });
    return null;
  } catch {
    return "ssh is not installed (apt-get install openssh-client)";
  }
}

/** Servers of ssh on addresses of this host, with own keys in a temporary directory. */
export interface Servers {
  readonly folder: string;
  /** The client with a configuration that knows the servers: `ssh -F …`. */
  readonly ssh: readonly string[];
  readonly port: number;
  /** Writes another configuration of the client, which has `lines` instead of known hosts. */
  client(name: string, lines: readonly string[]): readonly string[];
  stop(): Promise<void>;
}

/** Where a server listens, and the words before its command, such as `ip netns exec NAME`. */
export interface Place {
  readonly address: string;
  readonly within?: readonly string[];
}

/** Starts a server per place. Forwarding is off, as on hardened hosts. */
export async function startServers(places: readonly Place[]): Promise<Servers> {
  const folder = mkdtempSync(join(tmpdir(), "assay-sshd-"));
  // The directory that sshd needs if it is started by root.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  for (const key of ["host", "user"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, key)]);
  }
  const port = await freePort();
  writeFileSync(join(folder, "authorized"), readFileSync(join(folder, "user.pub")));
  const hostKey = readFileSync(join(folder, "host.pub"), "utf8").split(" ").slice(0, 2).join(" ");
  const known = places.map(({ address }) => `[${address}]:${port} ${hostKey}\n`);
  writeFileSync(join(folder, "known"), known.join(""));
  const children: ChildProcess[] = [];
  for (const { address, within = [] } of places) {
    const file = join(folder, `sshd-${address}`);
    writeFileSync(file, serverConfig(folder, address, port));
    const [program = "", ...words] = [...within, SSHD, "-D", "-e", "-f", file];
    children.push(spawn(program, words, { stdio: "ignore" }));
  }
  const client: Servers["client"] = (name, lines) => {
    writeFileSync(join(folder, name), clientConfig(folder, port, lines));
    return ["ssh", "-F", join(folder, name)];
  };
  const ssh = client("config", [
    `UserKnownHostsFile ${folder}/known`,
    `IdentityFile ${folder}/user`,
  ]);
  for (const { address } of places) await reachable(address, port);
  return {
    ...{ folder, ssh, port, client },
    async stop() {
      for (const child of children) child.kill();
      await Promise.all(
        children.filter(({ exitCode }) => exitCode === null).map((child) => once(child, "exit")),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function serverConfig(folder: string, address: string, port: number): string {
  return `${[
    `ListenAddress ${address}`,
    `Port ${port}`,
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/authorized`,
    "PidFile none",
    "StrictModes no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "AllowTcpForwarding no",
    "DisableForwarding yes",
    "UsePAM no",
  ].join("\n")}\n`;
}

function clientConfig(folder: string, port: number, lines: readonly string[]): string {
  return `${[
    "Host *",
    `Port ${port}`,
    `User ${userInfo().username}`,
    "IdentitiesOnly yes",
    "StrictHostKeyChecking yes",
    "GlobalKnownHostsFile none",
    `ControlPath ${folder}/%h`,
    ...lines,
  ].join("\n  ")}\n`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function reachable(address: string, port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connect(port, address);
    const up = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (up) return;
    await sleep(50);
  }
  throw new Error(`no sshd on ${address}:${port}`);
}
