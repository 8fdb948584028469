// @module-tag system
import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { ON_BUCKETS, OPERATIONS, type Operation } from "../../../src/model/plan/operation.ts";
import type { RequestClass } from "../../../src/model/plan/operation-rows.ts";
import type { Cost } from "../../../src/model/run/cost.ts";
import { makeVersioned, useMinio } from "../../minio.ts";
import { assay, storedRun } from "../assay.ts";
import { makeBench } from "../bench.ts";

const bucket = await useMinio({ minio: true });

/** Requests of `assay run` that check the target before the run: GET of the bucket's versioning. */
const CHECKS = 1;

/** Requests that passed a proxy before MinIO, by price class. */
class CountingProxy {
  readonly counts = new Map<RequestClass, number>();
  readonly unknown: string[] = [];
  private readonly server = createServer((incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    const kind = classOf(method, new URL(url, "http://x").searchParams, headers);
    if (kind === null) this.unknown.push(`${method} ${url}`);
    else this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    const { hostname, port } = new URL(bucket.minio.endpoint);
    // The signature covers the header `host`, so MinIO gets the client's.
    const onward = forward({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });

  async listen(): Promise<string> {
    // A connection that the proxy closes could take a request with it that it never saw.
    this.server.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** Price class of a request by S3's list: DELETE is free, also for many objects. */
function classOf(
  method: string,
  query: URLSearchParams,
  headers: NodeJS.Dict<string | string[]>,
): RequestClass | null {
  if (method === "DELETE" || (method === "POST" && query.has("delete"))) return "free";
  if (method === "PUT" || method === "POST") return "write";
  if (method === "HEAD") return "read";
  if (method !== "GET") return null;
  const lists = ["list-type", "versions", "uploads"].some((name) => query.has(name));
  return lists && headers.range === undefined ? "write" : "read";
}

/** Datasets and settings with which each operation sends an unobvious number of requests. */
const SETTINGS: Readonly<Partial<Record<Operation, string>>> = {
  read: "access: random, blockSize: 1KiB, operations: 37",
  stream: "dataset: shards, epochs: 2",
  upload: "dataset: large, partSize: 5MiB",
  download: "dataset: large, partSize: 1MiB, epochs: 2",
  list: "listing: { prefix: dataset, pageSize: 7 }, operations: 5",
  listVersions: "listing: { pageSize: 7 }, operations: 5",
  deleteObjects: "keysPerRequest: 9",
};

function phaseOf(operation: Operation): string {
  const settings = SETTINGS[operation] ?? "epochs: 1";
  return `{ name: p, workers: 3, queueDepth: 2, operation: ${operation}, ${settings} }`;
}

const CASES: readonly (readonly [name: string, phase: string, versioned: boolean])[] = [
  ...OPERATIONS.filter((one) => ON_BUCKETS.has(one) && one !== "restore").map(
    (one) => [one, phaseOf(one), /version/i.test(one)] as const,
  ),
  ["samples", "{ name: p, operation: read, access: samples, dataset: shards, epochs: 1 }", false],
  [
    "samples by number",
    "{ name: p, operation: stream, dataset: shards, workers: 2, queueDepth: 2, operations: 50 }",
    false,
  ],
  ["a live mix", "{ name: p, mix: { fetch: 5, create: 3, delete: 2 }, operations: 150 }", false],
  ["a time limit", "{ name: p, operation: stat, rate: 200/s, duration: 1s }", false],
];

const scenario = (phase: string, engine: string, versioned: boolean): string => `name: counted
repetitions: 2
defaults: { engine: ${engine}, warmup: 0s, dataset: data }
datasets:
  data:
    count: 40
    size: { uniform: { min: 1KiB, max: 40KiB } }${versioned ? "\n    versions: 2" : ""}
  shards: { kind: shards, count: 90, shardSize: 64KiB, size: { uniform: { min: 1KiB, max: 9KiB } } }
  large: { count: 3, size: { uniform: { min: 4MiB, max: 12MiB } } }
phases:
  - ${phase}
`;

describe.skipIf(!bucket.available)("the requests of a run, counted by a proxy", async () => {
  const versions = bucket.available ? await makeVersioned(bucket) : "";
  const proxies: CountingProxy[] = [];
  afterAll(() => {
    for (const proxy of proxies) proxy.close();
  });

  it.each(["s3-wire", "s3-sdk"].flatMap((engine) => CASES.map((one) => [engine, ...one] as const)))(
    "%s, %s: are the counts of its cost, and within the estimate",
    async (engine, name, phase, versioned) => {
      const bench = makeBench();
      const proxy = new CountingProxy();
      proxies.push(proxy);
      const endpoint = await proxy.listen();
      const target = `s3://${versioned ? versions : bucket.minio.bucket}/${engine}/`;
      const path = bench.scenario("counted", scenario(phase, engine, versioned));
      const args = ["run", path, "-t", target, "--endpoint", endpoint, "--max-cost", "1"];
      const ended = await assay(args, bench);
      expect(ended.code, ended.stderr).toBe(0);
      const run = storedRun(bench.results);
      expect(run?.phases.every(({ summaries }) => summaries[0]?.errors === 0)).toBe(true);
      const { actual, estimated } = run?.cost ?? {};
      expect(proxy.unknown).toEqual([]);
      const { read = 0, ...counted } = Object.fromEntries(proxy.counts);
      const sent = { name, ...counted, read: read - CHECKS };
      expect({ name, ...byClass(actual) }).toEqual(sent);
      // MinIO here is faster than the estimate of a time limit assumes.
      if (estimated?.assumedMs === undefined) expectWithin(actual, estimated);
    },
    60_000,
  );
});

function byClass(cost: Cost | null | undefined): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { requestClass, requests } of cost?.lines ?? []) {
    sums[requestClass] = (sums[requestClass] ?? 0) + requests;
  }
  return sums;
}

/** No line of the cost is above its estimate; a phase is estimated to a factor of three. */
function expectWithin(actual: Cost | null | undefined, estimated: Cost | null | undefined): void {
  for (const line of actual?.lines ?? []) {
    const { what, requestClass } = line;
    const most = estimated?.lines.find(
      (one) => one.what === what && one.requestClass === requestClass,
    );
    const label = `${what}, ${requestClass}`;
    expect(line.requests, label).toBeLessThanOrEqual(most?.requests ?? 0);
    expect(line.sentBytes, label).toBeLessThanOrEqual(most?.sentBytes ?? 0);
    expect(line.receivedBytes, label).toBeLessThanOrEqual(most?.receivedBytes ?? 0);
    if (what === "p") expect(line.requests * 3, label).toBeGreaterThanOrEqual(most?.requests ?? 0);
  }
}
