import { expect, test } from "vitest";
import { ENGINES } from "../../../src/engine/index.ts";
import { NO_LIMITS } from "../../../src/model/target/host-limits.ts";
import { loadScenario } from "../../../src/scenario/index.ts";
import { preflight } from "../../../src/scenario/preflight/preflight.ts";
import { supportedPart } from "../../../src/scenario/preflight/supported.ts";
import { parseTarget } from "../../../src/scenario/targets/targets.ts";
import { plan } from "../support.ts";

const HOST = { engines: ENGINES, limits: NO_LIMITS };
const directory = parseTarget("/mnt/x", {}, {});
const http = parseTarget("s3://abc", { endpoint: "http://127.0.0.1:9000" }, {});

const shipped = (name: string) => loadScenario(name, { env: {}, set: [] });

test("metadata runs in a bucket without its phase that renames", async () => {
  const { plan: part, skipped } = supportedPart(await shipped("metadata"), http, HOST);
  expect(skipped).toEqual([
    { phase: "rename", reason: expect.stringContaining("cannot be renamed"), thresholds: 0 },
  ]);
  expect(part.phases.map(({ name }) => name)).not.toContain("rename");
  expect(() => preflight(part, http, HOST)).not.toThrow();
});

test("sse-c over plain HTTP costs its phases only", async () => {
  const scenario = await shipped("scenarios/guide/encryption-at-rest.yaml");
  const { plan: part, skipped } = supportedPart(scenario, http, HOST);
  expect(skipped.map(({ phase }) => phase)).toEqual([
    "put[encryption=sse-c]",
    "get[encryption=sse-c]",
  ]);
  expect(part.phases).toHaveLength(scenario.phases.length - 2);
});

const THREE = `name: three
datasets: { data: { count: 4, size: 8KiB }, large: { count: 1, size: 8MiB } }
defaults: { dataset: data, duration: 1s }
phases:
  - { name: stat, operation: stat }
  - { name: fetch, operation: fetch }
  - { name: put, operation: upload, dataset: large, thresholds: [p99 < 1s, errors == 0] }
`;

test("a dataset that only skipped phases use is not prepared, and thresholds are counted", () => {
  const { plan: part, skipped } = supportedPart(plan(THREE), directory, HOST);
  expect(part.datasets.map(({ name }) => name)).toEqual(["data"]);
  expect(skipped).toMatchObject([{ phase: "put", thresholds: 2 }]);
});

test("a target that supports all phases, or less than half of them, gets the whole plan", () => {
  const whole = plan(THREE);
  expect(supportedPart(whole, parseTarget("null:", {}, {}), HOST).plan).toBe(whole);
  const uploads = plan(THREE.replaceAll(/operation: (stat|fetch)/g, "operation: download"));
  expect(supportedPart(uploads, directory, HOST)).toEqual({ plan: uploads, skipped: [] });
});

test("a phase with too many threads is refused, not skipped", () => {
  const wide = plan(THREE.replace("operation: stat", "operation: stat, workers: 999"));
  expect(supportedPart(wide, directory, HOST)).toEqual({ plan: wide, skipped: [] });
  expect(() => preflight(wide, directory, HOST)).toThrow("at most 512 are allowed");
});

test("a write to a device needs permission and is not skipped", () => {
  const text = THREE.replace("operation: stat", "operation: read, access: random")
    .replace("operation: fetch", "operation: read, access: random")
    .replace("operation: upload, dataset: large", "operation: write, access: random");
  const device = {
    ...directory,
    address: { kind: "device", path: "/dev/nvme1n1", writable: false },
  } as const;
  const mixed = plan(text);
  expect(supportedPart(mixed, device, HOST).plan).toBe(mixed);
});
