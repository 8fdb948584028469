// @module-tag system
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connectNats } from "../../../src/cluster/dial/connection.ts";
import { agentPassword, agentUser, COORDINATOR } from "../../../src/cluster/dial/users.ts";
import { NATS_PROGRAM } from "../../../src/testbed/nats/nats.ts";
import { foundBinary } from "../../../src/testbed/program/program.ts";
import { processesThatShow, processesWith } from "../../cluster/carriers/processes.ts";
import { listeners, untilLine, useCommand } from "../command.ts";

const command = useCommand("nats");
const ready = (await foundBinary(NATS_PROGRAM, process.env)) !== null;
if (!ready) process.stderr.write("skipped: nats-server is neither on the PATH nor built\n");
const served = test.skipIf(!ready);

const LAST_LINE = /^assay run .*\n/m;

/** A credentials file, as `--nats-credentials` reads it. */
interface Credentials {
  readonly url: string;
  readonly group: string;
  readonly agents: number;
  readonly secret: string;
  readonly ca?: string;
  readonly coordinator?: string;
}

function credentials(folder: string, name: string): Credentials {
  const path = join(folder, name);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  return JSON.parse(readFileSync(path, "utf8")) as Credentials;
}

/** Path of a directory that does not exist yet. */
function newFolder(): string {
  return join(command.scratch(), "keys");
}

/** Logs in as the owner of a credentials file would; `rank`: that agent, else the coordinator. */
async function logIn({ url, ca, secret, coordinator = "" }: Credentials, rank?: number) {
  const user = rank === undefined ? COORDINATOR : agentUser(rank);
  const password = rank === undefined ? coordinator : agentPassword(secret, rank);
  const login = { kind: "password", user, password } as const;
  const client = await connectNats({
    ...{ urls: [url], ca: ca ?? null, login, withinMs: 10_000, name: "test" },
  });
  onTestFinished(() => client.close());
  return client;
}

served("serves agents of this host until Ctrl-C, and leaves nothing", async () => {
  const folder = newFolder();
  const child = command.begin(["--credentials", folder, "--agents", "2"]);
  const text = await untilLine(child, LAST_LINE);
  const [coordinator, agents] = ["coordinator.json", "agents.json"].map((name) =>
    credentials(folder, name),
  ) as [Credentials, Credentials];
  const { coordinator: password, ...shared } = coordinator;
  expect(shared).toEqual(agents);
  expect(agents).toEqual({
    url: expect.stringMatching(/^nats:\/\/127\.0\.0\.1:\d+$/),
    group: "assay",
    agents: 2,
    secret: expect.stringMatching(/^[\w-]{43}$/),
  });
  const nats = `--nats ${agents.url} --nats-credentials ${folder}`;
  expect(text.split("\n")).toEqual([
    "# On this host, once per agent (at most 2):",
    `assay agent ${nats}/agents.json --allow /mnt/efs`,
    "# On this host, to load the target from all agents:",
    `assay run my.yaml -t /mnt/efs ${nats}/coordinator.json --agents 2`,
    "",
  ]);
  for (const secret of [password ?? "", agents.secret]) {
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect(text + command.remaining().join("\n")).not.toContain(secret);
  }
  expect(listeners(Number(new URL(agents.url).port))).toEqual(["0100007F"]);
  await logIn(coordinator);
  await logIn(agents, 1);
  await expect(logIn(agents, 2)).rejects.toThrow(/refused the user/);
  await expect(logIn({ ...agents, secret: "guessed" }, 0)).rejects.toThrow(/refused the user/);
  child.kill("SIGINT");
  expect((await once(child, "exit"))[0]).toBe(130);
  await command.expectNothingLeft();
});

served("notices that its server has died, and removes the credentials", async () => {
  const child = command.begin(["--credentials", newFolder()]);
  let words = "";
  child.stderr?.on("data", (text) => {
    words += String(text);
  });
  await untilLine(child, LAST_LINE);
  const [server = 0] = processesWith("nats-server", "-c").filter((pid) =>
    processesThatShow(command.scratch()).includes(pid),
  );
  process.kill(server, "SIGKILL");
  expect((await once(child, "close"))[0]).toBe(3);
  expect(words).toMatch(/^nats-server has ended by itself: .*start it again with `assay nats`$/m);
  await command.expectNothingLeft();
});

served("serves other hosts with TLS, and keeps files of others", async () => {
  const folder = newFolder();
  mkdirSync(folder);
  writeFileSync(join(folder, "notes"), "");
  const listen = ["--listen", "0.0.0.0:24222", "--name", "127.0.0.9", "--group", "team"];
  const child = command.begin(["--credentials", folder, ...listen]);
  const text = await untilLine(child, LAST_LINE);
  expect(text).toContain(`# On every other host, with a copy of ${folder}/agents.json (mode`);
  const agents = credentials(folder, "agents.json");
  expect(agents).toMatchObject({ url: "tls://127.0.0.9:24222", group: "team" });
  expect(agents.ca).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
  await logIn(credentials(folder, "coordinator.json"));
  await logIn(agents, 7);
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[0]).toBe(143);
  expect(readdirSync(folder)).toEqual(["notes"]);
  expect(command.remaining()).toEqual([]);
});

served("overwrites no credentials", async () => {
  const folder = newFolder();
  mkdirSync(folder);
  writeFileSync(join(folder, "agents.json"), "mine");
  await expect(command.run(["--credentials", folder])).rejects.toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/agents\.json exists and may be in use; remove it, or name/),
  });
  expect(readFileSync(join(folder, "agents.json"), "utf8")).toBe("mine");
  expect(readdirSync(folder)).toEqual(["agents.json"]);
});

served("stops its server if the credentials cannot be written", async () => {
  const folder = join(newFolder(), "below");
  await expect(command.run(["--credentials", folder])).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^cannot write credentials to .*ENOENT/),
  });
  await command.expectNothingLeft();
});

served("prints the path of the program", async () => {
  const { stdout } = await command.run(["--install"]);
  expect(stdout).toBe(`${await foundBinary(NATS_PROGRAM, process.env)}\n`);
  expect(existsSync(stdout.trim())).toBe(true);
});

served("names the program that is missing", async () => {
  const none = { PATH: command.scratch(), XDG_CACHE_HOME: join(command.scratch(), "none") };
  const env = command.environment(none);
  await expect(command.run(["--install"], { env })).rejects.toMatchObject({
    code: 3,
    stderr: "nats-server is missing, and so is Go to build it; install one of them\n",
  });
  await expect(command.run(["--credentials", newFolder()], { env })).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^there is no nats-server: install `nats-server`, or Go/),
  });
  await command.expectNothingLeft();
});

const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["no directory", [], /^--credentials is missing; name a directory for/],
  ["--install with another option", ["--install", "--agents", "2"], /remove --agents\n$/],
  ["no agent", ["--agents", "0"], /^--agents: expected a whole number from 1 to 10000, got `0`/],
  ["agents in hexadecimal", ["--agents", "0x8"], /^--agents: expected a whole .*, got `0x8`/],
  ["a group with a dot", ["--group", "a.b"], /^--group: expected 1 to 60 letters/],
  ["a host name to listen on", ["--listen", "nats.internal"], /is not an IP address to listen/],
  ["a port that there is not", ["--listen", "10.0.0.5:0"], /^--listen: expected an address, or/],
  ["a name for the loopback", ["--name", "a"], /^--name has no effect on the loopback; add/],
  ["a name with a comma", ["--listen", "::", "--name", "a,b"], /is not the name or address of/],
];
served.each(wrong)("rejects %s in one sentence", async (title, parameters, message) => {
  const folder = title === "no directory" || parameters[0] === "--install";
  const all = folder ? parameters : [...parameters, "--credentials", newFolder()];
  await expect(command.run(all)).rejects.toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(message),
  });
});
