// @module-tag system
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { listeningPort } from "../../s3/listening.ts";
import { type Going, intervalRows, onlyRun, runFolders, startAssay, until } from "../assay.ts";
import { makeBench, readsFor } from "../bench.ts";
import { ENDS_WITHIN_MS, isData, KEYS, objects, type Scene, sceneOf } from "../scene.ts";

interface Awaited {
  readonly args: (scene: Scene) => readonly string[];
  readonly env?: (scene: Scene) => Promise<Readonly<Record<string, string>>>;
  /** Which requests get no response; none unless set. */
  readonly silent?: (what: string, key: string) => boolean;
  /** Whether the command has come to where it waits. */
  readonly waits: (scene: Scene, going: Going) => boolean;
}

const asked = (what: string) => (scene: Scene) =>
  scene.store.heard.filter((one) => one.what === what).length > 0;
const runs =
  (engine: string, duration = "100ms") =>
  ({ bench, bucket }: Scene) => [
    ...["run", bench.scenario("objects", objects(engine, duration)), ...bucket],
    ...["--offline"],
  ];
const path =
  (words: readonly string[]) =>
  ({ bench }: Scene) => [
    ...words.map((word) => (word === "READS" ? bench.scenario("reads", readsFor(["60s"])) : word)),
    ...["-t", bench.target],
  ];
const begun = (_: Scene, going: Going) => going.stderr().includes("read-1: load started");
/** So long after the process began that it is in the call that does not return. */
const later = (ms: number) => {
  const from = new WeakMap<Going, number>();
  return (_: Scene, going: Going) => {
    from.set(going, from.get(going) ?? performance.now());
    return performance.now() - (from.get(going) ?? 0) > ms;
  };
};

const aWhile = later(1500);

const AWAITED: Readonly<Record<string, Awaited>> = {
  "run: a scenario file": {
    args: ({ fifo, bench }) => ["run", fifo, "-t", bench.target],
    waits: later(3000),
  },
  "run: a targets file": {
    args: ({ fifo, bench }) => ["run", bench.scenario("r", readsFor(["1s"])), "--targets", fifo],
    waits: later(3000),
  },
  "run: instance metadata": {
    args: path(["run", "READS"]),
    env: async () => ({
      AWS_EC2_METADATA_SERVICE_ENDPOINT: await silentEndpoint(),
    }),
    waits: later(3000),
  },
  "run: the first request to a bucket": {
    args: runs("s3-wire"),
    silent: () => true,
    waits: ({ store }) => store.heard.length > 0,
  },
  "run: the list of other runs": {
    args: runs("s3-wire"),
    silent: (what) => what === "GET ?list-type",
    waits: asked("GET ?list-type"),
  },
  "run: the preparation of objects": {
    args: runs("s3-wire"),
    silent: (what, key) => what === "PUT" && isData(key),
    waits: ({ store }) => store.heard.filter(({ what }) => what === "PUT").length > 2,
  },
  "run: a phase on s3-wire": {
    args: runs("s3-wire", "60s"),
    silent: (what, key) => what === "GET" && isData(key),
    waits: (_, going) => going.stderr().includes("get: load started"),
  },
  "run: a phase on s3-sdk": {
    args: runs("s3-sdk", "60s"),
    silent: (what, key) => what === "GET" && isData(key),
    waits: (_, going) => going.stderr().includes("get: load started"),
  },
  "run: the clean-up of a bucket": {
    args: runs("s3-wire"),
    silent: (what, key) => what === "POST ?delete" || (what === "DELETE" && isData(key)),
    waits: ({ store }) => asked("POST ?delete")({ store } as Scene),
  },
  "run: a phase on a directory": { args: path(["run", "READS"]), waits: begun },
  "find: a point": {
    args: path(["find", "READS", "--slo", "p99 < 1s"]),
    waits: (_, going) => /load started/.test(going.stderr()),
  },
  "compare --interleave: a round": {
    args: ({ bench }) => [
      ...["compare", "--interleave", bench.scenario("a", readsFor(["60s"]))],
      ...[bench.scenario("b", readsFor(["50s"])), "-t", bench.target],
    ],
    waits: begun,
  },
  "check: the list of other runs": {
    args: ({ bucket }) => ["check", ...bucket, "--offline"],
    silent: () => true,
    waits: ({ store }) => store.heard.length > 0,
  },
  "list: the runs in a bucket": {
    args: ({ bucket }) => ["list", ...bucket],
    silent: () => true,
    waits: ({ store }) => store.heard.length > 0,
  },
  "clean: the runs in a bucket": {
    args: ({ bucket }) => ["clean", ...bucket],
    silent: () => true,
    waits: ({ store }) => store.heard.length > 0,
  },
  "clean: one run in a bucket": {
    args: ({ bucket }) => ["clean", "run-1", ...bucket],
    silent: () => true,
    waits: ({ store }) => store.heard.length > 0,
  },
  "selftest: a client limit": {
    args: () => ["selftest"],
    waits: (scene, going) => going.stderr().includes("measuring this host") && aWhile(scene, going),
  },
};

/** Accepts connections and never responds. */
async function silentEndpoint(): Promise<string> {
  return `http://127.0.0.1:${await listeningPort(createServer())}`;
}

describe("the first Ctrl-C ends a command while it waits for", () => {
  it.each(Object.entries(AWAITED))("%s", async (_, { args, env, silent, waits }) => {
    const scene = await sceneOf();
    if (silent !== undefined) scene.store.fallSilent(silent);
    const around = { cwd: scene.bench.cwd, env: { ...KEYS, ...(await env?.(scene)) } };
    const going = startAssay(args(scene), around);
    await until("it waits", () => waits(scene, going), going);
    const from = performance.now();
    going.send("SIGINT");
    const { code, signal, stderr } = await going.ended;
    const tookMs = performance.now() - from;
    expect({ code, signal }, stderr).toEqual({ code: 130, signal: null });
    expect(stderr).not.toMatch(/internal error| {4}at /);
    expect(stderr).toMatch(/interrupted|stopping/);
    expect(tookMs).toBeLessThan(ENDS_WITHIN_MS);
    // What may be left is said, with the command that removes it.
    if (scene.store.keys().length > 0) expect(stderr).toMatch(/assay clean \S+/);
    expect(runFolders(scene.bench.target)).toEqual([]);
  });
});

describe("every signal that ends a process", () => {
  it.each([
    ...(["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const),
    ...(["SIGXCPU", "SIGALRM", "SIGVTALRM", "SIGUSR1", "SIGUSR2", "SIGPWR"] as const),
    ...(["SIGPROF", "SIGIO", "SIGTRAP", "SIGABRT", "SIGSYS", "SIGSTKFLT"] as const),
  ])("%s stores what was measured and removes the data", async (name) => {
    const bench = makeBench("memory");
    const file = bench.scenario("reads", readsFor(["60s"]));
    const going = startAssay(["run", file, "-t", bench.target], bench);
    await until("a row of the time line", () => intervalRows(bench.results).length > 0, going);
    going.send(name);
    const { code, signal, stderr } = await going.ended;
    expect({ code, signal }, stderr).toEqual({ code: 130, signal: null });
    expect(stderr).not.toContain("Debugger");
    expect(runFolders(bench.target)).toEqual([]);
    expect(onlyRun(bench.results).phases.map(({ state }) => state)).toEqual(["partial"]);
  });
});
