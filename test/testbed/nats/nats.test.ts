// @module-tag system
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { type ConnectionOptions, connect, type NatsConnection } from "@nats-io/transport-node";
import { describe, expect, onTestFinished, test } from "vitest";
import { type NatsOptions, startNats } from "../../../src/testbed/nats/nats.ts";
import type { NatsServer } from "../../../src/testbed/nats/server.ts";
import { setEnvironment } from "../../env.ts";
import { useNats } from "../../nats.ts";

const ALL = { user: "all", password: "secret-of-all", publish: [">"], subscribe: [">"] };
const USERS = [
  ALL,
  { user: "some", password: "secret-of-some", publish: ["a.>"], subscribe: ["_INBOX.>", "c"] },
  { user: "none", password: "secret-of-none", publish: [], subscribe: [] },
  {
    ...{ user: "service", password: "secret-of-service", publish: ["a.x"], subscribe: ["a.>"] },
    responds: true,
  },
];

const WAIT = { timeout: 20_000 };

const plain = await useNats({ users: USERS });

/** Connects as a user; the connection is closed at the end of the test. */
async function as(
  user: string,
  options: ConnectionOptions = {},
  server: NatsServer = plain.server,
): Promise<NatsConnection> {
  const client = await connect({
    ...{ servers: server.url, user, pass: `secret-of-${user}`, reconnect: false, timeout: 10_000 },
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

/** Starts a server for one test. */
async function start(options: Partial<NatsOptions> = {}): Promise<NatsServer> {
  const server = await startNats({ users: USERS, ...options });
  if ("unavailable" in server) throw new Error(server.unavailable);
  onTestFinished(() => server.stop());
  return server;
}

/** Command line of a process; empty if it has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Directory of a server, from its command line. */
function folderOf({ pid }: NatsServer): string {
  return dirname(commandOf(pid).split("\0")[2] ?? "");
}

/** Everything that a server sends to a client that does not use TLS, until it hangs up. */
async function helloInPlain(port: number): Promise<string> {
  const socket = createConnection(port, "127.0.0.1");
  const hello = { user: ALL.user, pass: ALL.password, verbose: false, protocol: 1 };
  socket.write(`CONNECT ${JSON.stringify(hello)}\r\nPING\r\n`);
  let text = "";
  socket.on("data", (chunk) => {
    text += String(chunk);
    if (text.includes("PONG")) socket.destroy();
  });
  socket.on("error", () => socket.destroy());
  await once(socket, "close");
  return text;
}

/** Collects the subjects of messages until one is `end`. */
async function subjectsUntilEnd(client: NatsConnection): Promise<readonly string[]> {
  const subjects: string[] = [];
  for await (const { subject } of client.subscribe(">")) {
    subjects.push(subject);
    if (subject === "a.end") break;
  }
  return subjects;
}

describe.skipIf(!plain.available)("a nats-server without TLS", () => {
  test("is a recent one on a port of the loopback", async () => {
    const { url, urls, caPem, version } = plain.server;
    expect(url).toMatch(/^nats:\/\/127\.0\.0\.1:2\d{4}$/);
    expect([urls, caPem]).toEqual([[url], null]);
    const client = await as("all");
    expect(client.info).toMatchObject({ version, jetstream: true, max_payload: 1_048_576 });
  });

  test("keeps its passwords in a file of its user only", () => {
    const folder = folderOf(plain.server);
    expect(commandOf(plain.server.pid)).not.toContain("secret-of");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, "nats.conf")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, "nats.conf"), "utf8")).toContain("secret-of-all");
  });

  test("refuses a wrong password, an unknown user and no user", async () => {
    await expect(as("all", { pass: "secret-of-some" })).rejects.toThrow(/Authorization Violation/);
    await expect(as("other")).rejects.toThrow(/Authorization Violation/);
    await expect(
      connect({ servers: plain.server.url, reconnect: false, timeout: 10_000 }),
    ).rejects.toThrow(/Authorization Violation/);
  });

  test("delivers only the subjects that a user may publish to", async () => {
    const [watcher, some, none] = [await as("all"), await as("some"), await as("none")];
    const seen = subjectsUntilEnd(watcher);
    await watcher.flush();
    for (const subject of ["b", "a", "a.x", "$JS.API.INFO"]) some.publish(subject);
    for (const subject of ["a.none", "x"]) none.publish(subject);
    await none.flush();
    await some.flush();
    some.publish("a.end");
    expect(await seen).toEqual(["a.x", "a.end"]);
  });

  test("refuses subscriptions outside the list", async () => {
    const [all, some] = [await as("all"), await as("some")];
    const refused = new Promise((resolve) => {
      some.subscribe("d", { callback: (error) => resolve(error) });
    });
    expect(String(await refused)).toMatch(/Permissions Violation for Subscription to "d"/);
    const allowed = some.subscribe("c", { max: 1 });
    await some.flush();
    all.publish("c", "yes");
    for await (const message of allowed) expect(message.string()).toBe("yes");
  });

  test("lets a service answer requests, but not publish by itself", async () => {
    const [service, some] = [await as("service"), await as("some")];
    service.subscribe("a.ask", { callback: (_, message) => void message.respond("answer") });
    await service.flush();
    const answer = await some.request("a.ask", "", { timeout: 10_000 });
    expect(answer.string()).toBe("answer");
  });
});

describe.skipIf(!plain.available)("restart and stop", () => {
  test("a restart keeps port, users and streams, and takes another process", async () => {
    const server = await start();
    const { pid, url } = server;
    const client = await as("all", { reconnect: true, reconnectTimeWait: 20 }, server);
    const manager = await jetstreamManager(client);
    await manager.streams.add({ name: "KEPT", subjects: ["kept.>"] });
    await jetstream(client).publish("kept.1", "before");
    await server.restart();
    expect([server.url, commandOf(pid)]).toEqual([url, ""]);
    expect(server.pid).not.toBe(pid);
    // The client reconnects by itself; a request before that fails.
    await expect
      .poll(() => jetstream(client).publish("kept.2", "", { timeout: 300 }).catch(String), WAIT)
      .toMatchObject({ stream: "KEPT" });
    const first = await manager.streams.getMessage("KEPT", { seq: 1 });
    expect(first?.string()).toBe("before");
  });

  test("a stop leaves nothing, also after restarts and after its server was killed", async () => {
    const server = await start();
    const folder = folderOf(server);
    await server.restart();
    await server.restart();
    expect(folderOf(server)).toBe(folder);
    const { pid } = server;
    process.kill(pid, "SIGKILL");
    await server.stop();
    await server.stop();
    expect([existsSync(folder), commandOf(pid)]).toEqual([false, ""]);
  });

  test.each([0, 1])("nothing is left if the parent is killed after %i restarts", async (times) => {
    const script = fileURLToPath(new URL("./parent.ts", import.meta.url));
    const parent = spawn(process.execPath, [script, String(times)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(parent.stdout, "data");
    const pid = Number(line);
    const folder = folderOf({ pid } as NatsServer);
    expect(readdirSync(folder)).toContain("nats.conf");
    parent.kill("SIGKILL");
    await expect.poll(() => commandOf(pid), WAIT).toBe("");
    await expect.poll(() => existsSync(folder), WAIT).toBe(false);
  });
});

describe.skipIf(!plain.available)("a nats-server with TLS", () => {
  test("is reached by its certificate under each of its names, and by nothing else", async () => {
    const server = await start({ tls: true, names: ["127.0.0.7"] });
    expect(server.urls[0]).toMatch(/^tls:\/\/127\.0\.0\.7:/);
    const { port } = new URL(server.url);
    const ca = server.caPem ?? "";
    for (const host of ["127.0.0.1", "localhost"]) {
      const secure = { servers: `tls://${host}:${port}`, tls: { ca } };
      expect((await as("all", secure, server)).info?.tls_required).toBe(true);
    }
    const local = `tls://127.0.0.1:${port}`;
    await expect(as("all", { servers: local, tls: {} }, server)).rejects.toThrow(/self.signed/);
    expect(await helloInPlain(Number(port))).toMatch(/"tls_required":true(?!.*PONG)/s);
  });

  test("may listen on all addresses, and without TLS on none off the loopback", async () => {
    const server = await start({ tls: true, listen: "0.0.0.0" });
    for (const url of server.urls.filter((text) => /\/\/[\d.]+:/.test(text))) {
      const client = await as("all", { servers: url, tls: { ca: server.caPem ?? "" } }, server);
      expect(client.info?.server_name).toMatch(/^assay-/);
    }
    for (const listen of ["0.0.0.0", "::", "10.0.0.1"]) {
      await expect(startNats({ users: USERS, listen })).rejects.toThrow(/without TLS would show/);
    }
  });
});

describe.skipIf(!plain.available)("a nats-server that does not start", () => {
  test("reports its own error", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    expect(await startNats({ users: USERS, port })).toEqual({
      unavailable: expect.stringMatching(/^nats-server did not start: .*address already in use/),
    });
  });

  test("is reported if it ends without a message", async () => {
    expect(await startNats({ users: USERS, binary: "/bin/false" })).toEqual({
      unavailable: "nats-server did not start: /bin/false ended without a message",
    });
  });

  test("is named if it is missing and is not to be built", async () => {
    const before = setEnvironment({ PATH: "/nonexistent", XDG_CACHE_HOME: "/nonexistent" });
    onTestFinished(() => void setEnvironment(before));
    expect(await startNats({ users: USERS, builds: false })).toEqual({
      unavailable: expect.stringMatching(/^there is no nats-server: install `nats-server`, or Go/),
    });
  });
});
