// @module-tag system
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useMinio } from "../../minio.ts";
import { lookInto } from "../../storage/bucket/run.ts";
import { onlyRun } from "../assay.ts";
import { type Bench, readsFor } from "../bench.ts";
import {
  ENVIRONMENT,
  echoingStore,
  everything,
  expectNone,
  KEYS,
  PROFILE,
  surroundings,
  URL_PASSWORD,
  URL_USER,
} from "./bench.ts";

const bucket = await useMinio({ tls: true });

/** A scenario that asks for secrets wherever it can, with them declared. */
function prying(bench: Bench, name: string, field: string, variable: string): string {
  const text = readsFor(["50ms"])
    .replace("name: reads", `name: reads\nenv: [${variable}]\n${field}`)
    .replace("count: 2", name === "count" ? `count: "\${${variable}}"` : "count: 2");
  return bench.scenario(`input-${name}`, text);
}

describe("no secret is printed or left", () => {
  it("where a scenario, targets file or option asks for it", { timeout: 240_000 }, async () => {
    const around = surroundings();
    const { bench, env } = around;
    const title = `title: "\${AWS_SESSION_TOKEN}"`;
    const alias = { ...env, ASSAY_NOTE: `x ${ENVIRONMENT.GITHUB_TOKEN}`, ASSAY_N: URL_PASSWORD };
    const targets = (name: string, text: string): string => {
      const path = join(bench.cwd, `input-${name}.yaml`);
      writeFileSync(path, text);
      return path;
    };
    const url = `http://${URL_USER}:${URL_PASSWORD}@127.0.0.1:9`;
    const b = "kind: minio, bucket: abc, region: us-east-1";
    const good = bench.scenario("reads", readsFor(["50ms"]));
    const t = ["-t", bench.target];
    const { texts, codes } = await everything({ bench, env: alias }, [
      ["run", prying(bench, "title", title, "AWS_SESSION_TOKEN"), ...t],
      ["run", prying(bench, "count", "title: x", "PGPASSWORD"), ...t],
      ["check", prying(bench, "note", `title: "\${ASSAY_NOTE}"`, "HOME"), ...t],
      ["run", prying(bench, "value", `repetitions: "\${ASSAY_N}"`, "HOME"), ...t],
      ["run", good, ...t, "--set", `title=${ENVIRONMENT.GITHUB_TOKEN}`],
      ["run", good, ...t, "--set", `seed="\${SSE_C_KEY}"`],
      ["run", good, "-t", "s3://abc/x", "--endpoint", url],
      ["run", good, "-t", `s3://${URL_USER}:${URL_PASSWORD}@abc/x`],
      ["run", good, "--targets", targets("url", `targets: { b: { ${b}, endpoint: "${url}" } }`)],
      [
        "list",
        "--targets",
        targets("key", `targets: { b: { ${b}, secretAccessKey: "${PROFILE.secret}" } }`),
      ],
      ["check", good, "-t", "s3://abc/x", "--profile", "bad"],
    ]);
    expect(codes).toEqual(codes.map(() => 2));
    expectNone(texts);
  });
});

describe("no secret is in anything that a run leaves", () => {
  it("in a directory, with all reports", { timeout: 240_000 }, async () => {
    const around = surroundings();
    const { bench } = around;
    const text = readsFor(["100ms"]).replace(
      "phases:",
      "thresholds: ['read-1: rate > 1000000000/s']\nphases:",
    );
    const path = bench.scenario("reads", text);
    const first = await everything(around, [
      ["run", path, "-t", bench.target, "--keep-data", "--junit", join(bench.cwd, "junit.xml")],
    ]);
    const { id } = onlyRun(bench.results);
    const rest = await everything(around, [
      ["report", id, "--format", "json"],
      ["report", "--guide", id],
      ["verify", id],
      ["list", "-t", bench.target],
      ["check", path, "-t", bench.target],
      ["clean", id],
    ]);
    const verified = expect.any(Number);
    expect([...first.codes, ...rest.codes]).toEqual([99, 0, 0, verified, 0, 0, 0]);
    expectNone([...first.texts, ...rest.texts]);
    expect(first.texts.map(([where]) => where).join("\n")).toContain("step-summary.md");
  });

  it("where a store repeats what it was sent", { timeout: 240_000 }, async () => {
    const url = await echoingStore();
    for (const session of [ENVIRONMENT.AWS_SESSION_TOKEN, undefined]) {
      const { bench, env } = surroundings();
      const keys = {
        AWS_ACCESS_KEY_ID: KEYS.id,
        AWS_SECRET_ACCESS_KEY: KEYS.secret,
        ...(session === undefined ? {} : { AWS_SESSION_TOKEN: session }),
      };
      const path = bench.scenario("reads", readsFor(["100ms"]));
      const at = ["-t", "s3://abc/x", "--endpoint", url, "--region", "us-east-1"];
      const { texts, codes } = await everything({ bench, env: { ...env, ...keys } }, [
        ["run", path, ...at],
        ["check", path, ...at],
        ["list", ...at],
        ["clean", ...at],
      ]);
      expect(codes[0]).toBe(3);
      expectNone(texts);
    }
  });
});

describe.skipIf(!bucket.available)("no secret is in anything that a run leaves", () => {
  it("in a bucket, with keys of its own for objects", { timeout: 240_000 }, async () => {
    const around = surroundings();
    const { bench } = around;
    const { AWS_SESSION_TOKEN: _, ...env } = around.env;
    const { endpoint, bucket: name, caPath } = bucket.minio;
    const at = ["-t", `s3://${name}/s/`, "--endpoint", endpoint, "--ca", caPath ?? ""];
    const encrypted = readsFor(["100ms"]).replace(
      "warmup: 0s",
      `warmup: 0s, encryption: sse-c, engine: s3-wire`,
    );
    const path = bench.scenario("reads", encrypted);
    const { texts, codes } = await everything({ bench, env }, [
      ["run", path, ...at, "--keep-data"],
      ["check", path, ...at],
      ["list", ...at],
    ]);
    expect(codes).toEqual([0, 0, 0]);
    const looking = lookInto(bucket);
    const keys = await looking.keys("s/");
    expect(keys.length).toBeGreaterThan(0);
    const manifest = keys.filter((key) => key.endsWith(".json"));
    const stored = await Promise.all(
      manifest.map(async (key) => [key, await looking.text(key)] as const),
    );
    const { id } = onlyRun(bench.results);
    const cleaned = await everything({ bench, env }, [["clean", id, ...at]]);
    const own = [bucket.minio.secretKey, bucket.minio.accessKey];
    const names = keys.map((key) => [key, key] as const);
    expectNone([...texts, ...stored, ...names, ...cleaned.texts], own);
  });
});
