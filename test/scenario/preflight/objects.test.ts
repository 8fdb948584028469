import { expect, it } from "vitest";
import { ENGINES } from "../../../src/engine/index.ts";
import { NO_LIMITS } from "../../../src/model/target/host-limits.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { unsupported } from "../../../src/scenario/preflight/preflight.ts";
import { parseTarget } from "../../../src/scenario/targets/targets.ts";
import { onePhase } from "../support.ts";

const HOST = { engines: ENGINES, limits: NO_LIMITS };

const amazon = parseTarget("s3://abc", {}, {});
const minio = parseTarget("s3://abc", { endpoint: "http://127.0.0.1:9000" }, {});
const express = parseTarget("s3://abc--use1-az4--x-s3", { kind: "s3-express" }, {});
const directory = parseTarget("/mnt/x", { kind: "efs" }, {});

const on = (spec: TargetSpec, fields: string) =>
  unsupported(onePhase(fields), spec, HOST).map(({ reason }) => reason);

it("storage classes are those of the kind of bucket", () => {
  expect(on(minio, "operation: create, storageClass: REDUCED_REDUNDANCY")).toEqual([]);
  expect(on(minio, "operation: create, storageClass: STANDARD_IA")).toEqual([
    "storageClass: kind `minio` supports only STANDARD and REDUCED_REDUNDANCY, got STANDARD_IA",
  ]);
  expect(on(amazon, "operation: create, storageClass: STANDARD_IA")).toEqual([]);
  expect(on(amazon, "operation: create, storageClass: EXPRESS_ONEZONE")).toEqual([
    "storageClass: EXPRESS_ONEZONE requires a directory bucket, kind `s3-express`",
  ]);
  expect(on(express, "operation: create, storageClass: EXPRESS_ONEZONE")).toEqual([]);
});

it("a directory bucket keeps no versions and no tags", () => {
  for (const operation of ["getTags", "putTags"]) {
    expect(on(express, `operation: ${operation}`)).toEqual([
      `${operation}: directory buckets do not support it; remove the phase`,
    ]);
  }
});

it("a customer's key is sent over TLS only", () => {
  expect(on(minio, "operation: fetch, encryption: sse-c")).toEqual([
    "encryption: sse-c sends its key with each request and requires an https endpoint",
  ]);
  expect(on(amazon, "operation: fetch, encryption: sse-c")).toEqual([]);
});

it("whole files are verified on buckets", () => {
  expect(on(amazon, "operation: fetch, verify: true")).toEqual([]);
  const [path = ""] = on(directory, "operation: fetch, verify: true");
  expect(path).toContain("whole files can be verified only in buckets");
});

it("a path has no storage class and lists one directory at a time", () => {
  expect(on(directory, "operation: create, storageClass: STANDARD")).toEqual([
    "storageClass: applies only to objects in a bucket; remove it",
  ]);
  expect(on(directory, "operation: fetch, encryption: none")).toEqual([]);
  expect(on(directory, "operation: list, listing: { prefix: dataset }")).toEqual([
    "listing: a path is listed one directory at a time; remove `prefix` and `delimiter`",
  ]);
});
