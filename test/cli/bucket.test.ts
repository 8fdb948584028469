// @module-tag system
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startMinio } from "../../src/testbed/minio/minio.ts";
import { useMinio } from "../minio.ts";
import { lookInto } from "../storage/bucket/run.ts";
import {
  assay,
  type Ended,
  intervalRows,
  onlyRun,
  runIds,
  startAssay,
  storedRun,
  until,
} from "./assay.ts";
import { type Bench, makeBench, readsFor } from "./bench.ts";

const bucket = await useMinio();

/** The options that name a target in the shared bucket. */
function at(prefix: string, name = bucket.minio.bucket): readonly string[] {
  return ["-t", `s3://${name}/${prefix}`, "--endpoint", bucket.minio.endpoint];
}

/** A wrong answer of a bucket: our exit code for it, one sentence, nothing stored, no secret. */
function refused(ended: Ended, sentence: RegExp, bench: Bench): void {
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 3, stdout: "" });
  expect(ended.stderr).toMatch(sentence);
  expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(runIds(bench.results)).toEqual([]);
}

const WRONG = {
  AWS_ACCESS_KEY_ID: "AKIAWRONGWRONGWRONG1",
  AWS_SECRET_ACCESS_KEY: "wr0ngwr0ngwr0ng",
};

describe.skipIf(!bucket.available)("a bucket that cannot be used", () => {
  it("nothing listens at the endpoint", async () => {
    const bench = makeBench();
    const args = ["run", "smoke", "-q", "-t", "s3://nowhere", "--endpoint", "http://127.0.0.1:9"];
    refused(
      await assay(args, bench),
      /cannot reach http:\/\/127\.0\.0\.1:9: nothing listens/,
      bench,
    );
  });

  it("refuses the credentials", async () => {
    const bench = makeBench();
    const ended = await assay(["run", "smoke", "-q", ...at("w/")], { cwd: bench.cwd, env: WRONG });
    refused(ended, /refuses the credentials|denies access/, bench);
    for (const secret of Object.values(WRONG)) expect(ended.stderr).not.toContain(secret);
  });

  it("is told without credentials that there are none", async () => {
    const bench = makeBench();
    const nothing = Object.fromEntries(Object.keys(WRONG).map((name) => [name, undefined]));
    const alone = { HOME: bench.cwd, AWS_EC2_METADATA_DISABLED: "true", AWS_PROFILE: undefined };
    const around = { cwd: bench.cwd, env: { ...nothing, ...alone } };
    refused(await assay(["run", "smoke", "-q", ...at("n/")], around), /no credentials/, bench);
  });

  it("is not there", async () => {
    const bench = makeBench();
    const ended = await assay(["run", "smoke", "-q", ...at("", "not-there")], bench);
    refused(ended, /there is no bucket "not-there"/, bench);
  });
});

describe.skipIf(!bucket.available)("a run on a bucket", () => {
  it("leaves its keys nowhere: not in results, outputs, or objects", async () => {
    const bench = makeBench();
    const looking = lookInto(bucket);
    const path = bench.scenario("reads", readsFor(["300ms"]));
    const run = await assay(["run", path, ...at("keys/"), "--keep-data"], bench);
    expect(run.code).toBe(0);
    const { id } = onlyRun(bench.results);
    const left: string[] = [run.stdout, run.stderr];
    for (const name of readdirSync(join(bench.results, id))) {
      left.push(readFileSync(join(bench.results, id, name), "latin1"));
    }
    const keys = await looking.keys("keys/");
    expect(keys.length).toBe(3);
    for (const key of keys) left.push(key, (await looking.bytes(key)).toString("latin1"));
    for (const args of [
      ["report", id],
      ["report", id, "--format", "json"],
      ["check", path, ...at("keys/")],
      ["list", ...at("keys/")],
      ["clean", id],
    ]) {
      const { code, stdout, stderr } = await assay(args, bench);
      expect(code).toBe(0);
      left.push(stdout, stderr);
    }
    expect(await looking.keys("keys/")).toEqual([]);
    const { accessKey, secretKey } = bucket.minio;
    expect(left.filter((text) => text.includes(accessKey))).toEqual([]);
    expect(left.filter((text) => text.includes(secretKey))).toEqual([]);
    expect(left.join("\n")).toContain(bucket.minio.endpoint);
  });

  it("is interrupted well: stored as partial, objects removed", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["19s"]));
    const going = startAssay(["run", path, ...at("stop/")], bench);
    await until("a row of the time line", () => intervalRows(bench.results).length > 0, going);
    going.send("SIGINT");
    expect((await going.ended).code).toBe(130);
    expect(onlyRun(bench.results).state).toBe("partial");
    expect(await lookInto(bucket).keys("stop/")).toEqual([]);
  });

  it("keeps a second run out, and one that was killed can be cleaned", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["19s"]));
    const going = startAssay(["run", path, ...at("two/")], bench);
    await until("a row of the time line", () => intervalRows(bench.results).length > 0, going);
    const { id } = onlyRun(bench.results);
    const second = makeBench();
    const ended = await assay(["run", path, "-q", ...at("two/")], second);
    refused(ended, new RegExp(`run ${id} is active in`), second);
    going.send("SIGKILL");
    await going.ended;
    const clean = await assay(["clean", id], bench);
    expect(clean).toMatchObject({ code: 0, stdout: "" });
    expect(clean.stderr).toMatch(/removed 3 files/);
    expect(await lookInto(bucket).keys("two/")).toEqual([]);
  });
});

describe.skipIf(!bucket.available)("a store that dies in a phase", () => {
  it("ends the run with one sentence; what was measured before is stored", async ({ skip }) => {
    const own = await startMinio({ own: true });
    if ("unavailable" in own || own.pid === null) {
      process.stderr.write("skipped: no MinIO of our own that could be killed\n");
      return skip();
    }
    try {
      const bench = makeBench();
      const path = bench.scenario("reads", readsFor(["300ms", "60s", "60s"]));
      const env = { ...own.environment, NODE_EXTRA_CA_CERTS: undefined };
      const target = ["-t", `s3://${own.bucket}`, "--endpoint", own.endpoint];
      const around = { cwd: bench.cwd, env };
      const going = startAssay(["run", path, ...target, "-q", "--print", "path"], around);
      const inPhase2 = () => intervalRows(bench.results).some((row) => row.startsWith("read-2"));
      await until("a row of phase 2", inPhase2, going);
      process.kill(own.pid, "SIGKILL");
      const { code, stdout, stderr } = await going.ended;
      expect(code).toBe(3);
      const run = storedRun(bench.results);
      expect(stdout).toBe(`${join("results", run?.id ?? "")}\n`);
      expect(run?.state).toBe("failed");
      expect(run?.phases.map(({ state }) => state)).toEqual(["complete", "failed"]);
      expect(run?.phases[1]?.summaries[0]?.operations).toBeGreaterThan(0);
      expect(stderr).toMatch(/failed: read-2: worker \d: stopped after .*ECONN/);
      expect(stderr).toMatch(/left in the target: .*/);
      expect(stderr).not.toMatch(/internal error/);
      for (const secret of [own.accessKey, own.secretKey]) {
        expect(stderr + JSON.stringify(run)).not.toContain(secret);
      }
      expect((await assay(["report", run?.id ?? ""], around)).code).toBe(0);
    } finally {
      await own.stop();
    }
  }, 90_000);
});
