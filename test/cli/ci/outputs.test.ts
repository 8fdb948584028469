import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assay, onlyRun } from "../assay.ts";
import { makeBench, readsFor } from "../bench.ts";

const received: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    received.push({ path: request.url ?? "", headers: request.headers, body });
    response.writeHead(request.url === "/refuse" ? 401 : 200).end("{}");
  });
});
let endpoint = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

const QUIET = ["-t", "null:", "-q", "--print", "nothing"];

describe("--out", () => {
  it("writes each format to its file, of a run and of a stored run alike", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["60ms"]));
    const names = ["benchmark-bigger", "benchmark-smaller", "otlp"];
    const outs = (suffix: string) => names.flatMap((one) => ["--out", `${one}=${one}${suffix}`]);
    const { code, stderr } = await assay(["run", path, ...QUIET, ...outs(".json")], bench);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { id, phases } = onlyRun(bench.results);
    expect((await assay(["report", id, ...outs(".again")], bench)).code).toBe(0);
    const read = (name: string) => readFileSync(join(bench.cwd, name), "utf8");
    for (const name of names) expect(read(`${name}.again`)).toBe(read(`${name}.json`));
    expect(JSON.parse(read("benchmark-bigger.json"))[0]).toMatchObject({
      name: "reads on null / read-1 / operations rate",
      value: expect.closeTo(phases[0]?.summaries[0]?.operationsPerSecond ?? 0, 3),
    });
    expect(read("otlp.json")).toContain('"assay.latency.service.p99"');
  });

  it("sends OpenTelemetry metrics with the headers of the environment", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["60ms"]));
    const env = { OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20one,x-two=2" };
    const args = ["run", path, ...QUIET, "--out", `otlp=${endpoint}`];
    const { code, stderr } = await assay(args, { cwd: bench.cwd, env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [sent] = received;
    expect(sent).toMatchObject({
      path: "/v1/metrics",
      headers: { authorization: "Bearer one", "x-two": "2", "content-type": "application/json" },
    });
    expect(JSON.parse(sent?.body ?? "").resourceMetrics).toHaveLength(1);
    const refused = await assay([...args.slice(0, -1), `otlp=${endpoint}/refuse`], bench);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/^cannot write --out otlp=.*responded with status 401\n$/);
    const closed = await assay([...args.slice(0, -1), "otlp=http://127.0.0.1:1"], bench);
    expect(closed.code).toBe(3);
    expect(closed.stderr).toMatch(
      /^cannot write --out otlp=http:\S+: 127.0.0.1:1 cannot be reached \(.+\); check address/,
    );
    expect(closed.stderr).not.toContain("fetch failed");
  });

  it.each([
    ["metrics.json", /^--out metrics\.json: expected FORMAT=FILE with one of benchmark-bigger/],
    ["otlp=", /^--out otlp=: expected FORMAT=FILE/],
    ["otlp=no/where.json", /^--out otlp=no\/where\.json: directory no does not exist/],
    ["benchmark-bigger=http://x/y", /: only otlp can be sent to a URL/],
  ])("refuses %s before the run", async (out, sentence) => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["60ms"]));
    const { code, stderr } = await assay(["run", path, ...QUIET, "--out", out], bench);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
  });
});
