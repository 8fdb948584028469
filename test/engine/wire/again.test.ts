import { describe, expect, test } from "vitest";
import { BYTES, GOOD, TAG, useStubCredentials, withFaults } from "../objects/fault-driver.ts";
import { answer, type RawHandler, refusal, startFaultServer } from "../objects/fault-server.ts";
import { openDriver } from "../objects/session.ts";

useStubCredentials();

describe("s3-wire repeats a request", () => {
  test("whose idle connection the server had closed", async () => {
    const handler: RawHandler = ({ index }, socket) => {
      if (index === 1) socket.destroy();
      else socket.write(GOOD);
    };
    await withFaults(handler, async (driver, server) => {
      expect((await driver.run("fetch", 0, 0, BYTES)).result).toBe(BYTES);
      expect((await driver.run("fetch", 0, 0, BYTES)).result).toBe(BYTES);
      expect(driver.session.counters()).toMatchObject({ attempts: 3, reissued: 1, connections: 2 });
      expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0, 1]);
    });
  });

  test("to the region that the server names, and keeps using it", async () => {
    const handler: RawHandler = ({ headers }, socket) => {
      if (headers.authorization?.includes("/eu-west-1/s3/")) socket.write(GOOD);
      else
        socket.write(
          answer(301, { "x-amz-bucket-region": "eu-west-1" }, refusal("PermanentRedirect")),
        );
    };
    await withFaults(handler, async (driver) => {
      for (const file of [0, 1])
        expect((await driver.run("fetch", file, 0, BYTES)).result).toBe(BYTES);
      expect(driver.session.counters()).toMatchObject({ attempts: 3, redirects: 1 });
    });
  });

  test("to another port once, but never to a foreign host", async () => {
    await using other = await startFaultServer((_, socket) => void socket.write(GOOD));
    const handler: RawHandler = ({ target }, socket) => {
      const host = target.includes("000000000")
        ? other.address.endpoint
        : "http://elsewhere.example";
      socket.write(answer(307, { Location: `${host}${target}` }, refusal("TemporaryRedirect")));
    };
    await withFaults(handler, async (driver) => {
      expect((await driver.run("fetch", 0, 0, BYTES)).result).toBe(BYTES);
      expect(other.requests).toHaveLength(1);
      expect(driver.code(await driver.run("fetch", 1, 0, BYTES))).toBe("TemporaryRedirect");
    });
  });

  test("with the server's time if this host's clock is 20 minutes off", async () => {
    const theirs = Date.now() - 20 * 60_000;
    const handler: RawHandler = ({ headers }, socket) => {
      const sent = headers["x-amz-date"] ?? "";
      const iso = sent.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
      const close = Math.abs(Date.parse(iso) - theirs) < 15 * 60_000;
      const Date_ = new Date(theirs).toUTCString();
      socket.write(close ? GOOD : answer(403, { Date: Date_ }, refusal("RequestTimeTooSkewed")));
    };
    await withFaults(handler, async (driver) => {
      for (const file of [0, 1])
        expect((await driver.run("fetch", file, 0, BYTES)).result).toBe(BYTES);
      expect(driver.session.counters()).toMatchObject({ attempts: 3, clockCorrections: 1 });
    });
  });
});

describe("s3-wire retries", () => {
  test.each([
    [500, "InternalError"],
    [503, "SlowDown"],
  ])("a %i %s, and counts it", async (status, code) => {
    const refused = answer(status, {}, refusal(code));
    await withFaults(
      ({ index }, socket) => void socket.write(index === 0 ? refused : GOOD),
      async (driver) => {
        expect((await driver.run("fetch", 0, 0, BYTES)).result).toBe(BYTES);
        expect(driver.session.counters()).toMatchObject({ attempts: 2, retries: 1 });
      },
      { retries: 1 },
    );
  });

  test("no permanent error", async () => {
    const refused = answer(403, {}, refusal("AccessDenied"));
    await withFaults(
      (_, socket) => void socket.write(refused),
      async (driver) => {
        expect(driver.code(await driver.run("fetch", 0, 0, BYTES))).toBe("AccessDenied");
        expect(driver.session.counters()).toMatchObject({ attempts: 1, retries: 0 });
      },
      { retries: 3 },
    );
  });
});

describe("connection events of s3-wire", () => {
  test("report each moment once, on new and reused connections", async () => {
    await withFaults(
      ({ method }, socket) => void socket.write(method === "PUT" ? answer(200, TAG) : GOOD),
      async (driver) => {
        await driver.run("fetch", 0, 0, BYTES);
        expect(driver.moments.splice(0)).toEqual(["connecting", "connected", "answered"]);
        await driver.run("create", 0, 0, BYTES);
        expect(driver.moments.splice(0)).toEqual(["sent", "answered"]);
      },
    );
  });

  test("close connections that serve one request", async () => {
    await withFaults(
      (_, socket) => void socket.write(GOOD),
      async (driver, server) => {
        for (let i = 0; i < 3; i++) await driver.run("fetch", 0, 0, BYTES);
        expect(server.connections).toBe(3);
        expect(server.requests.map(({ headers }) => headers.connection)).toEqual(
          Array(3).fill("close"),
        );
      },
      { objects: { connections: "new" } },
    );
  });
});

test("s3-wire alternates between endpoints and sends the payer", async () => {
  await using one = await startFaultServer((_, socket) => void socket.write(GOOD));
  await using other = await startFaultServer((_, socket) => void socket.write(GOOD));
  const { endpoint = "" } = one.address;
  const endpoints = [endpoint, other.address.endpoint ?? ""];
  const address = { ...one.address, endpoints, requesterPays: true };
  const options = { engine: "s3-wire", sizes: [BYTES], operations: ["fetch"], depth: 4 } as const;
  const driver = await openDriver(address, options);
  const slots = [0, 1, 2, 3];
  await Promise.all(slots.map((slot) => driver.run("fetch", 0, 0, BYTES, slot)));
  await driver.session.close();
  for (const { requests } of [one, other]) {
    expect(requests).toHaveLength(2);
    for (const { headers } of requests) {
      expect(headers["x-amz-request-payer"]).toBe("requester");
      expect(headers.authorization).toContain("x-amz-request-payer");
    }
  }
});
