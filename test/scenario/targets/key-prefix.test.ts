import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parseTarget, parseTargets } from "../../../src/scenario/targets/targets.ts";
import { assay } from "../../cli/assay.ts";
import { startFaultyStore } from "../../storage/bucket/faulty-store.ts";
import { useKeys } from "../../storage/faulty-run.ts";
import { scratch } from "../../storage/support.ts";

useKeys();

/** Prefixes that lead to another path, or whose keys no listing and no deletion can name. */
const WRONG = [
  "..",
  "../other",
  "a/../../other",
  "a/..",
  ".",
  "./x",
  "a/./b/",
  "/a",
  "a//b",
  "a\u001b[31m",
  "a\u0000",
  "a\nb",
  "a\u007f",
  "a\u0085",
  "a\ud800",
  "a\uffff",
];
/** These are odd, and lead nowhere else. */
const RIGHT = ["", "a", "a/b/", "...", "a..b/.c/d.", "a b/ü+%2F", "%2e%2e/x", "a\\..\\b", "x?y#z"];
const POINT = "arn:aws:s3:us-west-2:123456789012:accesspoint/training";
const WRONG_POINTS = ["accesspoint/../x", "accesspoint/x/..", "accesspoint:..", "accesspoint/./x"];

describe("a prefix that leads elsewhere is refused before anything is sent", () => {
  const refused = /expected a key prefix such as `bench\/`, without/;

  test.each(WRONG)("%j", (prefix) => {
    for (const bucket of ["abc", POINT]) {
      expect(() => parseTarget(`s3://${bucket}/${prefix}`, {}, {})).toThrow(refused);
      const target = JSON.stringify({ kind: "s3", bucket, prefix });
      expect(() => parseTargets("t.yaml", `targets: { a: ${target} }`, {})).toThrow(refused);
    }
  });

  test.each(RIGHT)("%j is taken", (prefix) => {
    const { address } = parseTarget(`s3://abc/${prefix}`, {}, {});
    expect(address).toMatchObject({ prefix: prefix.replace(/([^/])$/, "$1/") });
  });

  test.each(WRONG_POINTS)("the access point %s", (resource) => {
    const bucket = `arn:aws:s3:us-west-2:123456789012:${resource}`;
    const target = JSON.stringify({ kind: "s3", bucket });
    const read = () => parseTargets("t.yaml", `targets: { a: ${target} }`, {});
    expect(read).toThrow(/ARN of an access point/);
  });

  test("by every command, with exit code 2", async () => {
    await using store = await startFaultyStore();
    const cwd = scratch();
    const target = ["-t", "s3://assay/x/../../other", "--endpoint", store.address.endpoint ?? ""];
    for (const command of ["run", "check", "list", "clean", "find"]) {
      const scenario = ["run", "check", "find"].includes(command) ? ["random-read"] : [];
      const more = command === "find" ? ["--slo", "p99 < 1ms"] : [];
      const { code, stderr } = await assay([command, ...scenario, ...more, ...target], { cwd });
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(refused) });
    }
    expect(store.asked).toEqual([]);
  });
});

describe("a stored run whose target leads elsewhere is not cleaned", () => {
  const examples = resolve(import.meta.dirname, "../../../results/examples");
  const example = readdirSync(examples).find((one) => one.includes("random-read-minio")) ?? "";

  test.each([
    ...WRONG.filter((one) => !one.includes("\ud800")).map((prefix) => ({ prefix })),
    ...["..", ".", "", "../other", "a/b", `${POINT}/..`].map((bucket) => ({ bucket })),
  ])("%j", async (changed) => {
    await using store = await startFaultyStore();
    const cwd = scratch();
    cpSync(join(examples, example), join(cwd, "stored"), { recursive: true });
    const path = join(cwd, "stored", "run.json");
    const run = JSON.parse(readFileSync(path, "utf8"));
    Object.assign(run.target.address, { endpoint: store.address.endpoint }, changed);
    writeFileSync(path, JSON.stringify(run));
    const { code, stderr } = await assay(["clean", "stored"], { cwd });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/target\.address\.(prefix|bucket): expected (a key|the name)/),
    });
    expect(store.asked).toEqual([]);
  });
});
