// @module-tag system
import { mkdtempSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { connectNats, type Login } from "../../../src/cluster/dial/connection.ts";
import { inboxOf, namesOf } from "../../../src/cluster/dial/names.ts";
import { COORDINATOR } from "../../../src/cluster/dial/users.ts";
import { keep } from "../../../src/testbed/foreground/keeper.ts";
import { readInfo } from "../../../src/testbed/nats/info.ts";
import { NATS_PROGRAM, startNats } from "../../../src/testbed/nats/nats.ts";
import { type NatsServer, startServer } from "../../../src/testbed/nats/server.ts";
import { foundBinary } from "../../../src/testbed/program/program.ts";
import { startOnReservedPort, whenReady } from "../../../src/testbed/program/start.ts";
import { useNats } from "../../nats.ts";
import { GROUP, groupUsers, openHall, SECRETS, startAgent, wayTo } from "./group.ts";
import { startProxy } from "./proxy.ts";

const users = groupUsers(GROUP);
const plain = await useNats({ users });
const secure = await useNats({ users, tls: true });
const binary = (await foundBinary(NATS_PROGRAM, process.env)) ?? "";

const LOGIN: Login = { kind: "password", user: COORDINATOR, password: SECRETS.coordinator };

/** Connects and disconnects. */
async function dial(url: string, ca: string | null = null, login: Login = LOGIN): Promise<void> {
  const within = { withinMs: 1000, name: "a test" };
  const connection = await connectNats({ urls: [url], ca, login, ...within });
  await connection.close();
}

/** Starts a server whose certificate has these names only. */
async function certified(...names: readonly string[]): Promise<NatsServer> {
  const addresses = { certified: names, reached: ["127.0.0.1"], local: "127.0.0.1" };
  const options = { binary, users, tls: true, listen: "127.0.0.1", addresses };
  const started = await startOnReservedPort((port) => startServer({ ...options, port }));
  if ("failed" in started) throw new Error(started.failed);
  afterAll(() => started.stop());
  return started;
}

describe.skipIf(!plain.available)("TLS", () => {
  test("connects with the certificate of the server's authority", async () => {
    await dial(secure.server.url, secure.server.caPem);
  });

  test("is refused without that certificate, or with another one", async () => {
    const other = await certified("127.0.0.1");
    for (const ca of [null, other.caPem]) {
      await expect(dial(secure.server.url, ca)).rejects.toThrow(
        /^the NATS server at tls:\S+ has a certificate that is not trusted: .*; give .*--nats-ca$/,
      );
    }
  });

  test("compares the address with the certificate", async () => {
    const other = await certified("127.0.0.1");
    await dial(other.url, other.caPem);
    for (const names of [["localhost"], ["127.0.0.9", "localhost"]]) {
      const wrong = await certified(...names);
      await expect(dial(wrong.url, wrong.caPem)).rejects.toThrow(
        "has a certificate of another host:",
      );
      await dial(wrong.url.replace("127.0.0.1", "localhost"), wrong.caPem);
    }
  });

  test("is not given up for a server without it: the password is not sent", async () => {
    const url = plain.server.url.replace("nats:", "tls:");
    await expect(dial(url)).rejects.toThrow("does not offer TLS");
  });
});

describe.skipIf(!plain.available)("a server", () => {
  test.each([
    ["a wrong password", { ...LOGIN, password: "x" }],
    ["an unknown user", { ...LOGIN, user: "x" }],
    ["no login", { kind: "none" }],
  ] as const)("that refuses %s is named, with the file to check", async (_, login) => {
    const beganMs = performance.now();
    await expect(dial(plain.server.url, null, login)).rejects.toThrow(
      /^the NATS server at nats:\S+ refused the user; check that the file of --nats-credentials /,
    );
    expect(performance.now() - beganMs).toBeLessThan(10_000);
  });

  test("that does not respond is named", async () => {
    await expect(dial("nats://127.0.0.1:1")).rejects.toThrow(
      "the NATS server at nats://127.0.0.1:1 cannot be reached: connect ECONNREFUSED",
    );
    await expect(dial("tls://nowhere.invalid:4222")).rejects.toThrow(
      /^the NATS server at tls:\/\/nowhere.invalid:4222 cannot be reached: .*nowhere\.invalid/,
    );
  });

  test("without JetStream is refused, with the option that it needs", async () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-nats-"));
    const started = await startOnReservedPort<{ port: number; stop(): Promise<void> }>(
      async (port) => {
        const command = [binary, "-a", "127.0.0.1", "-p", String(port)];
        const kept = await keep(folder, "KILL", command, { PATH: process.env.PATH ?? "" });
        const info = await whenReady(kept, () => readInfo("127.0.0.1", port));
        if (info === null) return { failed: kept.words.text };
        return { port, stop: () => kept.stop() };
      },
    );
    if ("failed" in started) throw new Error(started.failed);
    const url = `nats://127.0.0.1:${started.port}`;
    await expect(dial(url, null, { kind: "none" })).rejects.toThrow(
      `the NATS server at ${url} has no JetStream; start it with -js, or with jetstream {}`,
    );
    await started.stop();
  });

  test("with known holes is refused unless only this host reaches it", async () => {
    const proxy = await startProxy(plain.server.url, ['"version":"2.', '"version":"1.']);
    await dial(proxy.url);
    // The name of this host is another one than that of the loopback.
    const url = proxy.url.replace("127.0.0.1", hostname());
    await expect(dial(url)).rejects.toThrow(
      /^the NATS server at nats:\S+ is version 1\.\S+, which has known security holes; use 2\.11/,
    );
    proxy.close();
  });
});

test.skipIf(!plain.available)("a coordinator whose user may not hear agents says so", async () => {
  const [lead] = users;
  if (lead === undefined) throw new Error("no user");
  const deaf = { ...lead, subscribe: [`${inboxOf(COORDINATOR)}.>`, namesOf(GROUP).coordinator] };
  const server = await startNats({ users: [deaf] });
  if ("unavailable" in server) throw new Error(server.unavailable);
  await expect(openHall(server.url, GROUP, 1)).rejects.toThrow(
    /^the NATS server did not let assay open the group test: .*ermissions .*; the user of the c/,
  );
  await server.stop();
});

describe.skipIf(!plain.available)("an agent", () => {
  test.each(["transport-node", "jetstream", "kv"])(
    "without the optional package %s names it",
    async (name) => {
      const hook = `import { registerHooks } from "node:module";
        registerHooks({ resolve(specifier, context, next) {
          if (specifier !== "@nats-io/${name}") return next(specifier, context);
          throw Object.assign(new Error("Cannot find"), { code: "ERR_MODULE_NOT_FOUND" });
        } });`;
      const agent = startAgent(wayTo(plain.server.url, GROUP), {
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`,
      });
      expect(await agent.ended).toBe(3);
      expect(agent.words().trim()).toBe(
        "--nats needs the packages @nats-io/transport-node, @nats-io/jetstream and @nats-io/kv, " +
          "which are not installed; install assay again with `npm ci`",
      );
    },
  );

  test("ends with a sentence if no run is started in time", async () => {
    const agent = startAgent(wayTo(plain.server.url, GROUP, { rank: 0, withinMs: 1000 }));
    expect(await agent.ended).toBe(3);
    expect(agent.words()).toMatch("no run was started in the group within the time");
  });
});
