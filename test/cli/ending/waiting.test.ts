// @module-tag system
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startAssay, until } from "../assay.ts";
import { KEYS, objects, type Scene, sceneOf } from "../scene.ts";

/** 30 s of silence, and a machine that is busy; a silent store was once waited for 400 s. */
const ENDS_MS = 60_000;
const RUNS = 40;

/** The commands that ask a bucket, by their words. */
const COMMANDS: readonly (readonly string[])[] = [
  ["list"],
  ["check", "SCENARIO", "--offline"],
  ["run", "SCENARIO", "--offline", "--quiet"],
  ["clean"],
];

/** Runs a command until it ends by itself, and returns what it said after that it waits. */
async function waits(
  { bench, store, bucket }: Scene,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const file = bench.scenario("objects", objects("s3-wire", "1s"));
  const args = words.map((word) => (word === "SCENARIO" ? file : word));
  const going = startAssay([...args, ...bucket], { cwd: bench.cwd, env });
  const waiting = `waiting for ${store.endpoint} …\n`;
  await until("said that it waits", () => going.stderr().startsWith(waiting), going);
  const from = performance.now();
  const { code, stderr } = await going.ended;
  expect(performance.now() - from, words.join(" ")).toBeLessThan(ENDS_MS);
  expect(code, stderr).toBe(3);
  return stderr.slice(waiting.length).replaceAll(store.endpoint, "ENDPOINT");
}

it("a store that is silent ends each command in half a minute", async () => {
  const scene = await sceneOf();
  scene.store.fallSilent(() => true);
  for (const said of await Promise.all(COMMANDS.map((words) => waits(scene, words, KEYS)))) {
    expect(said).toMatch(
      /ENDPOINT did not respond to (GetBucketVersioning|ListObjectsV2) within 30 s \(ETIMEDOUT\); /,
    );
  }
});

it(`manifests of ${RUNS} runs that do not come are waited for once`, async () => {
  const scene = await sceneOf();
  for (let i = 0; i < RUNS; i++) {
    const key = `x/assay-20260101-000000-old-x-${(0x1000 + i).toString(16)}/manifest.json`;
    await fetch(`${scene.store.endpoint}/assay/${key}`, { method: "PUT", body: "{}" });
  }
  scene.store.fallSilent((what, key) => what === "GET" && key.endsWith("manifest.json"));
  for (const said of await Promise.all(COMMANDS.map((words) => waits(scene, words, KEYS)))) {
    expect(said).toContain("ENDPOINT did not respond to GetObject within 30 s (ETIMEDOUT); ");
  }
});

it("a program that gives no credentials is waited for once", async () => {
  const scene = await sceneOf();
  const program = join(scene.bench.cwd, "credentials");
  writeFileSync(program, "#!/bin/sh\nexec sleep 100\n");
  chmodSync(program, 0o755);
  const config = join(scene.bench.cwd, "config");
  writeFileSync(config, `[profile slow]\ncredential_process = ${program}\n`);
  const env = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: "/dev/null" };
  const named = COMMANDS.map((words) => [...words, "--profile", "slow"]);
  for (const said of await Promise.all(named.map((words) => waits(scene, words, env)))) {
    expect(said).toContain(
      "the provider of the credentials for ENDPOINT did not respond within 30 s (ETIMEDOUT); ",
    );
  }
});
