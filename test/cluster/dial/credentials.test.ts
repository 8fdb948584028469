import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  agentLogin,
  coordinatorLogin,
  credentialsText,
  parseCredentials,
  readCredentials,
} from "../../../src/cluster/dial/credentials.ts";
import { scratch } from "../../storage/support.ts";

const SECRET = "abcdefghijklmnopqrstuvwxyz";

function fileWith(content: object, mode: number): string {
  const path = join(scratch(), "credentials.json");
  writeFileSync(path, JSON.stringify(content));
  chmodSync(path, mode);
  return path;
}

describe("credentials", () => {
  test("of agents are no credentials of a coordinator", () => {
    const { login, agents } = parseCredentials(JSON.stringify({ secret: SECRET, agents: 3 }), "x");
    expect(agents).toBe(3);
    expect(agentLogin(login)).toEqual({ kind: "group", secret: SECRET });
    expect(() => coordinatorLogin(login)).toThrow("these are the credentials of agents");
  });

  test("of a coordinator log in as its user", () => {
    const text = JSON.stringify({ secret: SECRET, coordinator: `${SECRET}!`, url: "tls://h:1" });
    const { login, url } = parseCredentials(text, "x");
    expect(url).toBe("tls://h:1");
    expect(coordinatorLogin(login)).toEqual({
      kind: "password",
      user: "coordinator",
      password: `${SECRET}!`,
    });
  });

  test("of a server of the user are the same for both", () => {
    const { login } = parseCredentials('{"user":"u","password":"p"}', "x");
    const expected = { kind: "password", user: "u", password: "p" };
    expect([agentLogin(login), coordinatorLogin(login)]).toEqual([expected, expected]);
    const creds = "-----BEGIN NATS USER JWT-----\nx\n------END NATS USER JWT------\n";
    expect(agentLogin(parseCredentials(creds, "x").login)).toEqual({ kind: "creds", text: creds });
  });

  test.each(["", "{", "[]", "{}", '{"secret":"short"}', `{"secret":"${SECRET}","usr":"x"}`])(
    "%j is refused without repeating it",
    (text) => {
      const parse = () => parseCredentials(text, "keys/a.json");
      expect(parse).toThrow(/credentials in keys\/a\.json: expected JSON with "secret"/);
      if (text.includes(SECRET)) expect(parse).not.toThrow(SECRET);
    },
  );

  const none = { url: null, group: null, agents: null, ca: null };
  const all = { url: "tls://a:1,tls://b", group: "g", agents: 3, ca: '-----"\\\n"' };
  test.each([
    [none, null],
    [all, null],
    [none, `${SECRET}"`],
    [all, `${SECRET}\n`],
    [{ ...none, agents: 1 }, null],
  ])("that are made are read back: %j, coordinator %j", (place, coordinator) => {
    const text = credentialsText(place, SECRET, coordinator);
    expect(text).toMatch(/^[^\n]*\n$/);
    const login = { kind: "group", secret: SECRET, coordinator };
    expect(parseCredentials(text, "x")).toEqual({ ...place, login });
    if (coordinator === null) expect(text).not.toContain("coordinator");
  });

  test("are refused if other users can read their file", async () => {
    for (const mode of [0o644, 0o640, 0o602]) {
      const read = readCredentials(fileWith({ secret: SECRET }, mode), {});
      await expect(read).rejects.toThrow("protect it with `chmod 600`");
    }
    const read = await readCredentials(fileWith({ secret: SECRET }, 0o400), {});
    expect(read?.login).toMatchObject({ kind: "group", secret: SECRET });
  });

  test("come from the environment only if no file is named", async () => {
    const env = { ASSAY_NATS_CREDENTIALS: JSON.stringify({ secret: SECRET, group: "one" }) };
    expect((await readCredentials(undefined, env))?.group).toBe("one");
    const file = fileWith({ secret: SECRET, group: "two" }, 0o600);
    expect((await readCredentials(file, env))?.group).toBe("two");
    expect(await readCredentials(undefined, {})).toBeNull();
  });
});
