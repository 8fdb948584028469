// @module-tag system
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { BYTES, GOOD, withFaults } from "../engine/objects/fault-driver.ts";
import { answer, refusal } from "../engine/objects/fault-server.ts";
import { setEnvironment } from "../env.ts";
import { scratch } from "../storage/support.ts";

let before: Record<string, string | undefined> = {};
afterEach(() => void setEnvironment(before));

/** A credential program that returns new credentials on every call. */
function changingCredentials(expiresInMs: number | null, isTokenNew = false): void {
  const folder = scratch();
  const program = join(folder, "credentials.mjs");
  const counter = join(folder, "asked");
  writeFileSync(counter, "");
  const expiration =
    expiresInMs === null ? "" : `Expiration: new Date(Date.now() + ${expiresInMs}).toISOString(),`;
  writeFileSync(
    program,
    `#!${process.execPath}
import { appendFileSync, readFileSync } from "node:fs";
appendFileSync(${JSON.stringify(counter)}, "x");
const asked = readFileSync(${JSON.stringify(counter)}, "utf8").length;
const numbered = ${isTokenNew} ? { key: "1", token: asked } : { key: asked, token: "" };
console.log(JSON.stringify({ Version: 1, ${expiration} SessionToken: "token" + numbered.token,
  AccessKeyId: "key" + numbered.key, SecretAccessKey: "secret" + numbered.key }));
`,
  );
  chmodSync(program, 0o755);
  const config = join(folder, "config");
  writeFileSync(config, `[default]\ncredential_process = ${program}\n`);
  before = setEnvironment({
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_SESSION_TOKEN: undefined,
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  });
}

test("an expired token is one error, and a new one is fetched", async () => {
  changingCredentials(null);
  await withFaults(
    ({ headers }, socket) => {
      const old = headers.authorization?.includes("Credential=key1/") === true;
      socket.write(old ? answer(400, {}, refusal("ExpiredToken")) : GOOD);
    },
    async (driver, server) => {
      expect(driver.code(await driver.run("fetch", 0, 0, BYTES))).toBe("ExpiredToken");
      const result = async () => (await driver.run("fetch", 0, 0, BYTES)).result;
      await expect.poll(result, { timeout: 10_000 }).toBe(BYTES);
      expect(server.requests.at(-1)?.headers["x-amz-security-token"]).toBe("token");
    },
  );
});

test("credentials are renewed before they expire, during requests", async () => {
  changingCredentials(60_000);
  await withFaults(
    (_, socket) => void socket.write(GOOD),
    async (driver, server) => {
      const signedWith = async () => {
        expect((await driver.run("fetch", 0, 0, BYTES)).result).toBe(BYTES);
        return /Credential=(key\d+)/.exec(server.requests.at(-1)?.headers.authorization ?? "")?.[1];
      };
      expect(await signedWith()).toBe("key1");
      await expect.poll(signedWith, { timeout: 10_000 }).not.toBe("key1");
    },
  );
});

test("a new token of the same key is used", async () => {
  changingCredentials(60_000, true);
  await withFaults(
    (_, socket) => void socket.write(GOOD),
    async (driver, server) => {
      const token = async () => {
        expect((await driver.run("fetch", 0, 0, BYTES)).result).toBe(BYTES);
        return server.requests.at(-1)?.headers["x-amz-security-token"];
      };
      expect(await token()).toBe("token1");
      await expect.poll(token, { timeout: 10_000 }).not.toBe("token1");
    },
  );
});
