import { describe, expect, test } from "vitest";
import { cleanTarget, findLeftovers, openTarget } from "../../../src/storage/index.ts";
import { type Asked, refusal, xml } from "../../engine/objects/object-store.ts";
import { checkReport, denied, ownOf, useKeys, withLeftover } from "../faulty-run.ts";
import { type Fault, startFaultyStore } from "./faulty-store.ts";
import { optionsOf, specOf } from "./run.ts";

useKeys();

const isData = ({ query }: Asked) => (query.get("prefix") ?? "").includes("assay-r1/");
const lacking =
  (what: string): Fault =>
  (asked) =>
    asked.what === what ? refusal("NotImplemented", 501) : null;
const either =
  (...faults: readonly Fault[]): Fault =>
  (asked) => {
    for (const fault of faults) {
      const answer = fault(asked);
      if (answer !== null) return answer;
    }
    return null;
  };
const perKey =
  (code: string): Fault =>
  ({ what, body }) => {
    if (what !== "POST ?delete") return null;
    const keys = [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key);
    const errors = keys.map((key) => `<Error><Key>${key}</Key><Code>${code}</Code></Error>`);
    return xml("DeleteResult", errors.join(""));
  };

describe("an unsupported or denied request does not stop the cleanup", () => {
  test.each<[string, Fault, { versioned?: boolean; says?: RegExp }]>([
    ["DeleteObjects lacking", lacking("POST ?delete"), {}],
    ["DeleteObjects denied", denied("POST ?delete"), {}],
    ["DeleteObjects of no method", (a) => (a.what === "POST ?delete" ? { status: 405 } : null), {}],
    [
      "DeleteObjects with HTML",
      (a) => (a.what === "POST ?delete" ? { text: "<html/>" } : null),
      {},
    ],
    ["DeleteObjects empty", (a) => (a.what === "POST ?delete" ? {} : null), {}],
    ["errors of each key that pass", perKey("InternalError"), {}],
    [
      "uploads unsupported",
      lacking("GET ?uploads"),
      { says: /multipart uploads .* could not be listed/ },
    ],
    ["uploads denied", denied("GET ?uploads"), { says: /need s3:ListBucketMultipartUploads on/ }],
    ["versioning lacking", lacking("GET ?versioning"), {}],
    ["versioning denied", denied("GET ?versioning"), {}],
    ["versioning denied, versions kept", denied("GET ?versioning"), { versioned: true }],
    [
      "versioning and versions denied",
      either(denied("GET ?versioning"), denied("GET ?versions")),
      { says: /unknown whether old versions .* charged: .* need s3:GetBucketVersioning on/ },
    ],
    ["HEAD denied", denied("HEAD"), {}],
    ["lists denied", denied("GET ?list-type"), { says: /need s3:ListBucket on/ }],
  ])("%s", async (_, fault, { versioned = false, says }) => {
    await using store = await withLeftover(versioned);
    store.fault = fault;
    const report = await cleanTarget(specOf(store.address), "r1");
    checkReport(store, report);
    expect(report).toMatchObject({ left: [], incomplete: false, leftFiles: 0 });
    expect(ownOf(store)).toEqual([]);
    const words = (report.notes ?? []).join(" ");
    if (says === undefined) expect(words).toBe("");
    else expect(words).toMatch(says);
  });
});

test("removes a manifest that HEAD does not find", async () => {
  await using store = await withLeftover();
  store.fault = ({ what, key }) =>
    what === "HEAD" && key.endsWith("manifest.json") ? refusal("NoSuchKey", 404) : null;
  expect((await cleanTarget(specOf(store.address), "r1")).left).toEqual([]);
  expect(ownOf(store)).toEqual([]);
});

test("counts a manifest once if its version was reported removed too early", async () => {
  await using store = await withLeftover(true);
  let lies = 0;
  store.fault = ({ what, body }) =>
    what === "POST ?delete" && body.includes("manifest.json") && lies++ === 0
      ? xml("DeleteResult", "")
      : null;
  const report = await cleanTarget(specOf(store.address), "r1");
  expect(report).toMatchObject({ left: [], removedFiles: 21 });
  expect(ownOf(store)).toEqual([]);
});

describe("a cleanup reports data that it cannot remove and keeps the manifest", () => {
  test.each<[string, Fault, { versioned?: boolean; says: RegExp }]>([
    [
      "no delete allowed",
      either(denied("POST ?delete"), denied("DELETE")),
      { says: /need s3:DeleteObject$/ },
    ],
    [
      "each key denied",
      perKey("AccessDenied"),
      { says: /and 19 more could not .*s3:DeleteObject$/ },
    ],
    [
      "each version denied",
      perKey("AccessDenied"),
      { versioned: true, says: /s3:DeleteObjectVersion$/ },
    ],
    [
      "versions denied, versions kept",
      denied("GET ?versions"),
      { versioned: true, says: /keeps old versions.* need s3:ListBucketVersions on/ },
    ],
    [
      "versioning and versions denied, versions kept",
      either(denied("GET ?versioning"), denied("GET ?versions")),
      { versioned: true, says: /keeps old versions.* need s3:ListBucketVersions on/ },
    ],
    [
      "DeleteObjects that lies",
      (a) => (a.what === "POST ?delete" ? xml("DeleteResult", "") : null),
      { says: /reported its removal, but still lists it/ },
    ],
  ])("%s: reports what remains", async (_, fault, { versioned = false, says }) => {
    await using store = await withLeftover(versioned);
    store.fault = fault;
    const report = await cleanTarget(specOf(store.address), "r1");
    checkReport(store, report);
    expect(report).toMatchObject({ incomplete: true, leftFiles: 20, listedFiles: 20 });
    expect(report.left.join("\n")).toMatch(says);
    // The manifest remains, so that the cleanup can be repeated with the permission.
    store.fault = () => null;
    expect(await cleanTarget(specOf(store.address), "r1")).toMatchObject({
      left: [],
      leftFiles: 0,
    });
    expect(ownOf(store)).toEqual([]);
  });

  test("compares an incomplete listing with the manifest", async () => {
    await using store = await withLeftover();
    store.fault = (asked) =>
      asked.what === "GET ?list-type" && isData(asked)
        ? xml("ListBucketResult", "<IsTruncated>false</IsTruncated>")
        : null;
    const report = await cleanTarget(specOf(store.address), "r1");
    checkReport(store, report);
    expect(ownOf(store)).toEqual([]);
    expect(report.notes?.join()).toMatch(/20 objects .* by key.*omits objects/);
  });
});

describe("a bucket whose objects cannot be removed is rejected before the first byte", () => {
  const locked =
    (mode: string): Fault =>
    (asked) =>
      asked.what === "GET ?object-lock"
        ? xml(
            "ObjectLockConfiguration",
            `<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>${mode}` +
              "</Mode><Days>1</Days></DefaultRetention></Rule>",
          )
        : null;
  test.each<[string, Fault, boolean, RegExp]>([
    ["COMPLIANCE", locked("COMPLIANCE"), true, /for 1 day \(Object Lock, COMPLIANCE\).*by no one/],
    ["GOVERNANCE", locked("GOVERNANCE"), true, /only with s3:BypassGovernanceRetention/],
    [
      "MFA delete",
      ({ what }) =>
        what === "GET ?versioning"
          ? xml("VersioningConfiguration", "<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>")
          : null,
      true,
      /MFA delete/,
    ],
    ["no s3:DeleteObject", denied("DELETE"), false, /need s3:DeleteObject on it; the run's data/],
    ["no s3:DeleteObjectVersion", denied("DELETE"), true, /need s3:DeleteObjectVersion on it/],
  ])("%s", async (_, fault, versioned, says) => {
    await using store = await startFaultyStore(versioned);
    store.fault = fault;
    await expect(openTarget(specOf(store.address), optionsOf("r1"))).rejects.toThrow(says);
    expect(store.asked.filter(({ what }) => what.startsWith("PUT"))).toEqual([]);
    expect(store.objects.size).toBe(0);
  });
});

describe("data of other runs is not changed", () => {
  test("ignores prefixes that are not those of runs", async () => {
    await using store = await withLeftover();
    for (const name of ["assay-a b/x", "assay-/x", "assay-.x/y"]) store.objects.set(name, "1");
    const found = await findLeftovers(specOf(store.address));
    expect(found.map(({ runId }) => runId)).toEqual(["other", "r1"]);
  });

  test("lists other runs if one manifest cannot be read", async () => {
    await using store = await withLeftover();
    store.objects.set("assay-odd/manifest.json", "{}");
    store.fault = ({ what, key }) =>
      what === "GET" && key.startsWith("assay-odd/") ? refusal("AccessDenied") : null;
    const found = await findLeftovers(specOf(store.address));
    expect(found.find(({ runId }) => runId === "r1")).toMatchObject({ problem: null });
    expect(found.find(({ runId }) => runId === "odd")?.problem).toMatch(/need s3:GetObject on it/);
  });

  test("reports an unknown run as absent, and accepts its directory name", async () => {
    await using store = await withLeftover();
    const spec = specOf(store.address);
    expect(await cleanTarget(spec, "nonsense")).toMatchObject({ absent: true, removedFiles: 0 });
    expect(await cleanTarget(spec, "assay-r1")).toMatchObject({ removedFiles: 21, left: [] });
  });
});
