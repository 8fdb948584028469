import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllow, readAllow, refusalOf } from "../../../src/cluster/agent/allow.ts";
import type { BucketAddress, TargetSpec } from "../../../src/model/target/target.ts";
import { directorySpec, scratch } from "../../storage/support.ts";

/** A directory that is allowed, another one, and whether a path may be used. */
function place() {
  const root = scratch();
  const inside = join(root, "efs");
  const outside = join(root, "efs2");
  for (const folder of [inside, outside, join(inside, "sub")]) mkdirSync(folder);
  const allow = parseAllow([inside]);
  const may = (path: string): boolean => refusalOf(allow, directorySpec(path)) === null;
  return { root, inside, outside, allow, may };
}

function bucketSpec(changes: Partial<BucketAddress> = {}): TargetSpec {
  const address = { bucket: "data", prefix: "bench/", region: "eu-west-1", pathStyle: false };
  return {
    ...{ name: "s3", kind: "s3", provisioned: {} },
    address: { kind: "bucket", ...address, ...changes },
  };
}

function mayUse(entries: readonly string[], changes: Partial<BucketAddress>): boolean {
  return refusalOf(parseAllow(entries), bucketSpec(changes)) === null;
}

describe("a directory that --allow names", () => {
  test("allows itself and what is below it, existing or not", () => {
    const { inside, may } = place();
    for (const below of ["", "/", "/sub", "//sub/", "/./sub", "/new/deeper", "/..x"]) {
      expect(may(inside + below), below).toBe(true);
    }
  });

  test("does not allow a path that leaves it", () => {
    const { root, inside, outside, may } = place();
    const paths = [
      ...[root, outside, `${inside}2`, `${inside}/../efs2`, `${inside}/sub/../../efs2`, "/", ""],
      ...[
        `${inside}/sub/..`,
        `${inside}/new/../../efs2`,
        `${inside}/new/..`,
        "efs",
        "./efs",
        `${inside}\0/../../etc`,
      ],
      ...[inside.toUpperCase(), `${root}/EFS`, `${root}/ef\u017f`, `${inside}\u200b`],
    ];
    for (const path of paths) expect(may(path), path).toBe(false);
  });

  test("compares normalized forms of a name as different names", () => {
    const root = scratch();
    const composed = join(root, "caf\u00e9");
    mkdirSync(composed);
    const allow = parseAllow([composed]);
    expect(refusalOf(allow, directorySpec(composed))).toBeNull();
    expect(refusalOf(allow, directorySpec(join(root, "cafe\u0301")))).not.toBeNull();
  });

  test("does not allow a symbolic link out of it, nor a path through one", () => {
    const { root, inside, outside, may } = place();
    symlinkSync(outside, join(inside, "link"));
    symlinkSync(join(root, "none"), join(inside, "dangling"));
    symlinkSync("loop", join(inside, "loop"));
    for (const name of ["link", "link/", "link/new", "dangling", "dangling/x", "loop", "loop/x"]) {
      expect(may(`${inside}/${name}`), name).toBe(false);
    }
  });

  test("allows a symbolic link into it, and a directory that was named by a link", () => {
    const { root, inside, may } = place();
    symlinkSync(join(inside, "sub"), join(root, "into"));
    expect(may(join(root, "into"))).toBe(true);
    symlinkSync(inside, join(root, "named"));
    const allow = parseAllow([join(root, "named")]);
    expect(refusalOf(allow, directorySpec(join(inside, "sub")))).toBeNull();
  });

  test("does not follow a link that replaces it after the agent started", () => {
    const { inside, outside, may } = place();
    renameSync(inside, `${inside}.old`);
    symlinkSync(outside, inside);
    expect(may(inside)).toBe(false);
    expect(may(outside)).toBe(false);
  });
});

describe("a path that cannot be compared", () => {
  test("is not allowed: one below a file, or with a name that is too long", () => {
    const { inside, may } = place();
    writeFileSync(join(inside, "file"), "");
    expect(may(join(inside, "file", "x"))).toBe(false);
    expect(may(join(inside, "x".repeat(300)))).toBe(false);
  });
});

describe("a directory that holds others", () => {
  test("is allowed everywhere by the root", () => {
    const allow = parseAllow(["/"]);
    expect(refusalOf(allow, directorySpec("/usr"))).toBeNull();
  });

  test("does not allow a device in it, and names the remedy", () => {
    const { inside, allow } = place();
    const path = join(inside, "disk");
    const address = { kind: "device", path, writable: true } as const;
    const spec: TargetSpec = { name: "d", kind: "block-device", address, provisioned: {} };
    expect(refusalOf(allow, spec)).toBe(
      `${path} is not a block device that --allow names; start the agent with ` +
        `\`--allow ${path}\`, or use another target`,
    );
  });
});

describe("a bucket that --allow names", () => {
  test("allows itself and every prefix below, by whole parts", () => {
    expect(mayUse(["s3://data"], { prefix: "" })).toBe(true);
    expect(mayUse(["s3://data/"], { prefix: "any/" })).toBe(true);
    for (const entry of ["s3://data/bench", "s3://data/bench/"]) {
      expect(mayUse([entry], {})).toBe(true);
      expect(mayUse([entry], { prefix: "bench/a/" })).toBe(true);
      for (const prefix of ["", "bench2/", "benc/", "Bench/", "bench", "bench/../x/", "x/bench/"]) {
        expect(mayUse([entry], { prefix }), prefix).toBe(false);
      }
    }
  });

  test("does not allow another bucket", () => {
    for (const bucket of ["data2", "dat", "Data", "data.", "data/bench", "d\u0430ta", ""]) {
      expect(mayUse(["s3://data"], { bucket }), bucket).toBe(false);
    }
  });

  test("can be the ARN of an access point", () => {
    const bucket = "arn:aws:s3:eu-west-1:123456789012:accesspoint/one";
    expect(mayUse([`s3://${bucket}/bench`], { bucket })).toBe(true);
    expect(mayUse([`s3://${bucket}/bench`], { bucket: `${bucket}2` })).toBe(false);
    expect(mayUse(["s3://data/bench"], { bucket })).toBe(false);
  });

  test("does not allow another server, identity or file than those of the agent", () => {
    const strange: Partial<BucketAddress>[] = [
      { endpoint: "https://evil.example" },
      { endpoint: "https://other.s3.amazonaws.com", pathStyle: true },
      { endpoints: ["https://evil.example"] },
      { region: "x.evil.example/" },
      { region: "" },
      { profile: "admin" },
      { caPath: "/etc/shadow" },
    ];
    for (const changes of strange) {
      expect(mayUse(["s3://data"], changes), JSON.stringify(changes)).toBe(false);
    }
  });

  test("allows the endpoint, profile and authority of the agent's environment", async () => {
    const env = {
      ...{ HOME: scratch(), AWS_PROFILE: "bench", NODE_EXTRA_CA_CERTS: "/etc/ca.pem" },
      AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9000/, http://127.0.0.1:9001",
    };
    const allow = await readAllow(["s3://data"], env);
    const [endpoint, other] = ["http://127.0.0.1:9000", "http://127.0.0.1:9001"];
    const may = (changes: Partial<BucketAddress>) => refusalOf(allow, bucketSpec(changes)) === null;
    expect(may({ endpoint, endpoints: [endpoint, other], profile: "bench" })).toBe(true);
    expect(may({ caPath: "/etc/ca.pem" })).toBe(true);
    expect(may({})).toBe(true);
    expect(may({ endpoint, endpoints: [endpoint, "http://127.0.0.1:9002"] })).toBe(false);
    expect(may({ endpoint: "https://127.0.0.1:9000" })).toBe(false);
    expect(may({ endpoint: "http://127.0.0.1:9000@evil.example" })).toBe(false);
    expect(may({ profile: "default" })).toBe(false);
  });

  test("never repeats an endpoint, which may contain a secret", () => {
    const refusal = refusalOf(
      parseAllow(["s3://data"]),
      bucketSpec({ endpoint: "https://user:hunter2@s3.example" }),
    );
    expect(refusal).toContain("AWS_ENDPOINT_URL_S3");
    expect(refusal).not.toContain("hunter2");
  });
});

describe("an agent without --allow", () => {
  const none = parseAllow([]);

  test("uses targets in memory only, whatever their kind claims", () => {
    const memory = { kind: "memory", synthetic: null } as const;
    expect(refusalOf(none, { name: "n", kind: "null", address: memory, provisioned: {} })).toBe(
      null,
    );
    const hidden: TargetSpec = { ...directorySpec("/tmp"), kind: "null" };
    expect(refusalOf(none, hidden)).toBe(
      "/tmp was not named: this agent was started without --allow; start the agent with " +
        "`--allow /tmp`, or use another target",
    );
    expect(refusalOf(none, bucketSpec())).toContain("--allow s3://data/bench/");
  });
});

test("a field that the agent does not know is refused", () => {
  const { inside, allow } = place();
  const spec = directorySpec(inside);
  const more: readonly TargetSpec[] = [
    { ...spec, ...{ mountOptions: "x" } },
    { ...spec, pathByHost: { a: "/etc" } },
    { ...spec, address: { kind: "path", path: inside, ...{ base: "/etc" } } },
  ];
  const fields = more.map((one) => /`(\w+)`/.exec(refusalOf(allow, one) ?? "")?.[1]);
  expect(fields).toEqual(["mountOptions", "pathByHost", "base"]);
});

test.each([
  ["", "expected an absolute path"],
  ["efs", "expected an absolute path"],
  ["../efs", "expected an absolute path"],
  ["null:", "expected an absolute path"],
  ["https://data/bench", "expected an absolute path"],
  ["/none/such", "the path does not exist; mount or create it first"],
  ["/dev/null", "got a file of another type"],
  ["/etc/passwd", "got a file of another type"],
  ["s3:", "expected `s3://bucket/prefix`"],
  ["s3://", "expected `s3://bucket/prefix`"],
  ["s3:///bench", "expected `s3://bucket/prefix`"],
  ["s3://..", "expected `s3://bucket/prefix`"],
  ["s3://key:secret@data", "expected `s3://bucket/prefix`"],
  ["s3://data/../other", "expected a key prefix"],
  ["s3://data//bench", "expected a key prefix"],
])("--allow %j is invalid input", (entry, message) => {
  expect(() => parseAllow([entry])).toThrow(message);
  expect(() => parseAllow([entry])).toThrow(expect.objectContaining({ name: "UsageError" }));
});
