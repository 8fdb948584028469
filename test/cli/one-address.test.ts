// @module-tag system
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { S3_ENGINES } from "../engine/objects/session.ts";
import { assayProcess, onlyRun, type ProcessOptions, runIds } from "./assay.ts";
import { makeBench } from "./bench.ts";
import { startMemoryStore } from "./memory-store.ts";

const WATCH = pathToFileURL(join(import.meta.dirname, "no-way-out.ts")).href;

/** Twelve keys of which each engine reads for a moment. */
const SCENARIO = (engine: string) => `name: address
datasets: { d: { count: 4, size: 4KiB } }
phases:
  - { name: get, engine: ${engine}, operation: fetch, workers: 1, queueDepth: 2, operations: 20 }
`;

/** A place to say where the store is, and what the run then says of it. */
interface Source {
  readonly config?: (endpoint: string, wrong: string) => string;
  readonly credentials?: string;
  readonly env?: (endpoint: string, wrong: string) => Readonly<Record<string, string>>;
  readonly args?: (endpoint: string) => readonly string[];
  readonly region: string;
  readonly by: string | undefined;
  readonly accessKey?: string;
}

const KEYS = "[default]\naws_access_key_id = from-file\naws_secret_access_key = s\n";
const DEV = "[dev]\naws_access_key_id = of-dev\naws_secret_access_key = s\n";

const SOURCES: Readonly<Record<string, Source>> = {
  "endpoint_url of the default profile": {
    config: (endpoint) => `[default]\nregion = eu-west-1\nendpoint_url = ${endpoint}\n`,
    region: "eu-west-1",
    by: "endpoint_url of the profile default",
  },
  "a services section of AWS_PROFILE": {
    config: (endpoint, wrong) =>
      `[default]\nendpoint_url = ${wrong}\n[profile dev]\nregion = eu-north-1\nservices = local\n` +
      `endpoint_url = ${wrong}\n[services local]\ns3 =\n  endpoint_url = ${endpoint}\n`,
    credentials: DEV,
    env: () => ({ AWS_PROFILE: "dev" }),
    region: "eu-north-1",
    by: "endpoint_url of the services local of the profile dev",
    accessKey: "of-dev",
  },
  "--profile before AWS_PROFILE": {
    config: (endpoint, wrong) =>
      `[default]\nendpoint_url = ${wrong}\n[profile dev]\nendpoint_url = ${endpoint}\n` +
      `[profile other]\nendpoint_url = ${wrong}\n`,
    credentials: DEV,
    env: () => ({ AWS_PROFILE: "other", AWS_REGION: "sa-east-1" }),
    args: () => ["--profile", "dev"],
    region: "sa-east-1",
    by: "endpoint_url of the profile dev",
    accessKey: "of-dev",
  },
  "AWS_ENDPOINT_URL before the profile": {
    config: (_, wrong) => `[default]\nendpoint_url = ${wrong}\n`,
    env: (endpoint) => ({ AWS_ENDPOINT_URL: endpoint }),
    region: "us-east-1",
    by: "AWS_ENDPOINT_URL in the environment",
  },
  "AWS_ENDPOINT_URL_S3 before AWS_ENDPOINT_URL": {
    env: (endpoint, wrong) => ({ AWS_ENDPOINT_URL: wrong, AWS_ENDPOINT_URL_S3: endpoint }),
    region: "us-east-1",
    by: "AWS_ENDPOINT_URL_S3 in the environment",
  },
  "--endpoint before everything": {
    config: (_, wrong) => `[default]\nregion = eu-west-1\nendpoint_url = ${wrong}\n`,
    env: (_, wrong) => ({ AWS_ENDPOINT_URL_S3: wrong, AWS_ENDPOINT_URL: wrong }),
    args: (endpoint) => ["--endpoint", endpoint, "--region", "ap-south-1"],
    region: "ap-south-1",
    by: undefined,
  },
  "--endpoint, and endpoints that are to be ignored": {
    config: (_, wrong) => `[default]\nendpoint_url = ${wrong}\n`,
    env: () => ({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true", AWS_REGION: "eu-west-1" }),
    args: (endpoint) => ["--endpoint", endpoint],
    region: "eu-west-1",
    by: undefined,
  },
};

/** A user whose files and variables are those of a source. */
async function surroundings(source: Source) {
  const bench = makeBench();
  const [store, wrong] = [await startMemoryStore(), await startMemoryStore()];
  mkdirSync(join(bench.cwd, ".aws"));
  const config = source.config?.(store.endpoint, wrong.endpoint) ?? "";
  writeFileSync(join(bench.cwd, ".aws", "config"), config);
  writeFileSync(join(bench.cwd, ".aws", "credentials"), `${KEYS}${source.credentials ?? ""}`);
  const file = join(bench.cwd, "connections");
  writeFileSync(file, "");
  // A proxy is none that the SDK asks: a request to it would be one to the wrong store.
  const proxies = { HTTP_PROXY: wrong.endpoint, HTTPS_PROXY: wrong.endpoint };
  const unset = Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => name.startsWith("AWS_"))
      .map((name) => [name, undefined]),
  );
  const env = {
    ...unset,
    ...proxies,
    HOME: bench.cwd,
    AWS_EC2_METADATA_DISABLED: "true",
    ASSAY_TEST_CONNECTIONS: file,
    ...source.env?.(store.endpoint, wrong.endpoint),
  };
  const around: ProcessOptions = { cwd: bench.cwd, env, node: ["--import", WATCH] };
  const places = () => [...new Set(readFileSync(file, "utf8").split("\n").filter(Boolean))];
  return { bench, store, wrong, around, places };
}

describe.each(S3_ENGINES)("%s", (engine) => {
  test.each(Object.entries(SOURCES))("connects to the endpoint of %s", async (_, source) => {
    const { bench, store, wrong, around, places } = await surroundings(source);
    await using _store = store;
    await using _wrong = wrong;
    const at = ["-t", "s3://bkt/x", ...(source.args?.(store.endpoint) ?? [])];
    const file = bench.scenario("address", SCENARIO(engine));
    const ended = await assayProcess(
      ["run", file, "-q", "--keep-data", "--print", "report", ...at],
      around,
    );
    expect(ended.stderr.replaceAll(/.*kept.*\n/g, "")).toBe("");
    expect(ended.code).toBe(0);
    const run = onlyRun(bench.results);
    expect(run.target).toMatchObject({
      kind: "minio",
      address: { endpoint: store.endpoint, region: source.region },
    });
    expect(run.target.reachedBy?.endpoint).toBe(source.by);
    expect(ended.stdout).toContain(`of ${store.endpoint}`);
    if (source.by !== undefined) expect(ended.stdout).toContain(`endpoint from ${source.by}`);
    expect(ended.stdout).toContain("These results do not apply to AWS");
    // Preparation and load: both went to this store, and signed alike.
    expect(store.heard.filter(({ what }) => what === "GET").length).toBeGreaterThanOrEqual(20);
    expect(store.heard.filter(({ what }) => what === "PUT").length).toBeGreaterThanOrEqual(4);
    // What the run left is found in the same way, and removed by the address that it stores.
    const listed = await assayProcess(["list", ...at], around);
    const [id = ""] = runIds(bench.results);
    expect(listed.stdout).toContain(`${id}  kept`);
    expect(store.keys()).not.toEqual([]);
    const env = { ...around.env, ...wrongWay(wrong.endpoint) };
    expect(await assayProcess(["clean", id], { ...around, env })).toMatchObject({ code: 0 });
    expect(store.keys()).toEqual([]);
    expect(new Set(store.heard.map(({ region }) => region))).toEqual(new Set([source.region]));
    const key = source.accessKey ?? "from-file";
    expect(new Set(store.heard.map(({ accessKey }) => accessKey))).toEqual(new Set([key]));
    expect(wrong.heard).toEqual([]);
    expect(places()).toEqual([new URL(store.endpoint).host]);
  });
});

/** Another day: the variables say something else, and the run's own address is what counts. */
function wrongWay(endpoint: string): Readonly<Record<string, string>> {
  return { AWS_ENDPOINT_URL: endpoint, AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: "me-south-1" };
}

test("a bucket that is declared as S3 at another endpoint supports nothing about AWS", async () => {
  const source = { region: "eu-west-1", by: undefined };
  const { bench, store, wrong, around } = await surroundings(source);
  await using _store = store;
  await using _wrong = wrong;
  writeFileSync(
    join(bench.cwd, "t.yaml"),
    `targets: { b: { kind: s3, bucket: bkt, endpoint: "${store.endpoint}" } }\n`,
  );
  const file = bench.scenario(
    "address",
    SCENARIO("s3-sdk").replace("operations: 20", "duration: 2s"),
  );
  const at = ["--targets", "t.yaml", "-t", "b"];
  const ended = await assayProcess(["run", file, "-q", "--print", "report", ...at], around);
  expect(ended.stdout).toContain("an S3 server that is not AWS");
  expect(ended.stdout).toContain("These results do not apply to AWS");
  const [id = ""] = runIds(bench.results);
  const verdicts = await assayProcess(["verify", `results/${id}`], around);
  const rows = verdicts.stdout.split("\n").filter((line) => line.startsWith("| `s3."));
  expect(rows.length).toBeGreaterThan(1);
  expect(verdicts.stdout).toMatch(/inconclusive/);
  expect(verdicts.stdout).not.toMatch(/\*\*(supported|refuted)/);
  expect(verdicts.code).toBe(4);
});
