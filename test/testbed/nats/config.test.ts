import { describe, expect, test } from "vitest";
import { isLoopbackHost } from "../../../src/model/target/amazon.ts";
import { addressesOf, urlOf } from "../../../src/testbed/nats/addresses.ts";
import { type NatsConfig, natsConfig } from "../../../src/testbed/nats/config.ts";

const CONFIG: NatsConfig = {
  name: "assay-1",
  host: "127.0.0.1",
  port: 4222,
  storeDir: "/data/store",
  tls: null,
  users: [
    { user: "agent-0", password: "p0", publish: ["a.0.>", "$JS.API.>"], subscribe: ["b.0"] },
    { user: "watcher", password: "p1", publish: [], subscribe: [">"], responds: true },
  ],
};

describe("the configuration of a nats-server", () => {
  test("names users, subjects and the store", () => {
    expect(natsConfig(CONFIG)).toMatchInlineSnapshot(`
      "server_name: "assay-1"
      host: "127.0.0.1"
      port: 4222
      max_payload: 1048576
      jetstream { store_dir: "/data/store" }
      authorization {
        timeout: 20
        users = [
          {
            user: "agent-0"
            password: "p0"
            permissions: {
              publish: { allow: ["a.0.>", "$JS.API.>"] }
              subscribe: { allow: ["b.0"] }
            }
          }
          {
            user: "watcher"
            password: "p1"
            permissions: {
              publish: { deny: [">"] }
              subscribe: { allow: [">"] }
              allow_responses: true
            }
          }
        ]
      }
      "
    `);
  });

  test("adds the certificate and nothing else", () => {
    const tls = { certFile: "/tls/tls.crt", keyFile: "/tls/tls.key" };
    const secure = natsConfig({ ...CONFIG, tls });
    const lines = /^tls \{\n[^}]*\}\n/m.exec(secure)?.[0] ?? "";
    expect(lines).toBe(
      'tls {\n  cert_file: "/tls/tls.crt"\n  key_file: "/tls/tls.key"\n  timeout: 20\n}\n',
    );
    expect(secure.replace(lines, "")).toBe(natsConfig(CONFIG));
  });

  const values: readonly Partial<NatsConfig>[] = [
    { storeDir: '/a"b' },
    { host: "\n" },
    { name: "a\\" },
    { users: [{ user: "é", password: "", publish: [], subscribe: [] }] },
  ];
  test.each(values)("refuses a value that would need an escape: %j", (value) => {
    expect(() => natsConfig({ ...CONFIG, ...value })).toThrow(/has a quote, a backslash or/);
  });
});

describe("addresses of a server", () => {
  test("are those of the loopback by default", () => {
    expect(addressesOf("127.0.0.1", [])).toEqual({
      certified: ["127.0.0.1", "localhost"],
      reached: ["127.0.0.1"],
      local: "127.0.0.1",
    });
  });

  test("begin with the names that the user gives", () => {
    expect(addressesOf("10.0.0.5", ["nats.internal", "10.0.0.5"])).toEqual({
      certified: ["127.0.0.1", "localhost", "nats.internal", "10.0.0.5"],
      reached: ["nats.internal", "10.0.0.5"],
      local: "10.0.0.5",
    });
  });

  test.each([
    ["0.0.0.0", "127.0.0.1"],
    ["::", "::1"],
  ])("on %s are all of this host outside the loopback", (listen, local) => {
    const addresses = addressesOf(listen, []);
    expect(addresses.local).toBe(local);
    expect(addresses.reached.filter(isLoopbackHost)).toEqual([]);
    expect(addresses.certified).toEqual(["127.0.0.1", "localhost", ...addresses.reached]);
  });

  test("are checked before they reach a command line", () => {
    expect(() => addressesOf("nats.internal", [])).toThrow(/is not an IP address to listen on/);
    expect(() => addressesOf("0.0.0.0", ["a,DNS:b"])).toThrow(/is not the name or address of a h/);
  });

  test("have brackets in a URL if they are of IPv6", () => {
    expect(urlOf(true, "fd00::5", 4222)).toBe("tls://[fd00::5]:4222");
    expect(urlOf(false, "127.0.0.1", 4222)).toBe("nats://127.0.0.1:4222");
  });
});
