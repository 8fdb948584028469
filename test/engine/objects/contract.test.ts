import { describe, expect, test } from "vitest";
import { ON_BUCKETS, type Operation } from "../../../src/model/plan/operation.ts";
import type { EngineName } from "../../../src/model/plan/plan.ts";
import { useStubCredentials } from "./fault-driver.ts";
import {
  type Asked,
  OBJECT_BYTES,
  OBJECTS,
  type Reply,
  startHonestServer,
  TAG,
  VERSION,
} from "./honest-server.ts";
import { openDriver, S3_ENGINES } from "./session.ts";

useStubCredentials();

const MIB = 1024 * 1024;
type Change = (reply: Reply, asked: Asked) => Reply;

/** Performs an operation, twice where asked, against a server; codes of what failed. */
async function codesOf(
  engine: EngineName,
  operation: Operation,
  change: Change,
  times = 1,
): Promise<readonly string[]> {
  await using server = await startHonestServer(change);
  const uploads = operation === "upload";
  const size = uploads ? 6 * MIB : OBJECT_BYTES;
  const driver = await openDriver(server.address, {
    engine,
    sizes: Array.from({ length: OBJECTS }, () => size),
    operations: [operation],
    bufferBytes: MIB,
    partBytes: uploads ? 5 * MIB : 300,
    dataset: {
      entityTags: Array.from({ length: OBJECTS }, () => TAG),
      versions: { each: 1, ids: Array.from({ length: OBJECTS }, () => VERSION) },
    },
    restore: { days: 1, tier: "Standard", pollNs: 1e6, deadlineNs: 3e6 },
  });
  const codes: string[] = [];
  try {
    for (let i = 0; i < times; i++) {
      const [offset, length] = operation === "read" ? [4, 100] : [0, size];
      const many = operation === "deleteObjects" ? OBJECTS : length;
      const at = operation === "stream" && i > 0 ? 1 : 0;
      codes.push(driver.code(await driver.run(operation, at, offset, many)));
    }
    expect(driver.completions).toEqual([times]);
  } finally {
    await driver.session.close();
  }
  return codes;
}

const PAGE = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Hi<br></body></html>";
const as = (status: number, type: string | null, body: string, more = {}): Change => {
  const headers = { ...(type === null ? {} : { "content-type": type }), ...more };
  return () => ({ status, headers: { ...headers }, body });
};
const headWith = (more: Record<string, string>): Change => {
  return (reply) => ({ ...reply, headers: { ...reply.headers, ...more } });
};

/** Servers that call everything a success; operations whose success looks the same. */
const LIARS: readonly (readonly [string, Change, readonly Operation[]])[] = [
  ["an HTML page", as(200, "text/html", PAGE), []],
  ["an HTML page without a type", as(200, null, PAGE), []],
  ["an HTML page with a tag", as(200, "text/html; charset=utf-8", PAGE, { etag: TAG }), []],
  [
    "an HTML page in chunks",
    as(200, "text/html", PAGE, { "transfer-encoding": "chunked", etag: TAG }),
    [],
  ],
  [
    "an HTML page as long as the object",
    as(200, "text/html", PAGE.padEnd(OBJECT_BYTES), { etag: TAG }),
    [],
  ],
  ["nothing", as(200, null, ""), ["putTags"]],
  ["nothing with a tag", as(200, null, "", { etag: TAG }), ["putTags", "create"]],
  ["JSON", as(200, "application/json", '{"ok":true}', { etag: TAG }), []],
  ["text", as(200, "text/plain", "OK\n", { etag: TAG }), []],
  ["other XML", as(200, "application/xml", "<Welcome><ETag>x</ETag></Welcome>"), []],
  ["an error with 200", as(200, null, "<Error><Code>InternalError</Code></Error>"), []],
  ["no content with a tag", as(204, null, "", { etag: TAG }), ["delete", "putTags"]],
  ["a redirect to a login page", as(302, null, "", { location: "https://login.example/" }), []],
  ["gzip", headWith({ "content-encoding": "gzip" }), ["fetchIfNoneMatch"]],
];

/** One thing that is wrong with the response to one operation. */
const BROKEN: readonly (readonly [Operation, string, Change, RegExp])[] = [
  ...cutXml(),
  ["create", "has no tag", without("etag"), /^EETAG$/],
  ["create", "has an empty tag", headWith({ etag: '""' }), /^EETAG$/],
  ["create", "has a body", body("stored"), /^ENOTS3$/],
  ["delete", "is 200", status(200), /^ENOTS3$/],
  ["putTags", "has a body", body("tagged"), /^ENOTS3$/],
  ["stat", "has no tag", without("etag"), /^EETAG$/],
  ["stat", "has another size", headWith({ "content-length": "999" }), /^ESIZE$/],
  ["stat", "has no size at all", headWith({ "content-length": "0" }), /^ESIZE$/],
  ["fetch", "is 206", status(206), /^ENOTS3$/],
  ["fetch", "is short", body("x".repeat(OBJECT_BYTES - 1)), /^ESHORT$/],
  ["fetch", "is long", body("x".repeat(OBJECT_BYTES + 1)), /^ELONG$/],
  ["read", "has no range", without("content-range"), /^EWRONGRANGE$/],
  ["read", "is another range", range("bytes 0-99/1000"), /^EWRONGRANGE$/],
  ["read", "is a range of another object", range("bytes 4-103/2000"), /^ESIZE$/],
  ["read", "has a malformed range", range("bytes 4-103/1"), /^EWRONGRANGE$/],
  ["read", "ignores the range, same length", status(200), /^EWRONGRANGE$/],
  ["read", "is short", body("x".repeat(99)), /^ESHORT$/],
  ["read", "is long", body("x".repeat(101)), /^ELONG$/],
  ["download", "is the first part again", range("bytes 0-299/1000"), /^EWRONGRANGE$/],
  ["stream", "is short", body("x".repeat(999)), /^ESHORT$/],
  ["stream", "is long", body("x".repeat(1001)), /^ELONG$/],
  ["fetchIfMatch", "has another tag", headWith({ etag: '"another"' }), /^EETAG$/],
  ["fetchVersion", "is another version", headWith({ "x-amz-version-id": "v2" }), /^EVERSION$/],
  ["fetchVersion", "names no version", without("x-amz-version-id"), /^EVERSION$/],
  ["createVersion", "makes no version", without("x-amz-version-id"), /^EVERSION$/],
  ["createVersion", "makes version null", headWith({ "x-amz-version-id": "null" }), /^EVERSION$/],
  ["copy", "has no tag", replaced(/<ETag>.*<\/ETag>/, ""), /^EETAG$/],
  ["upload", "has no upload id", replaced(/<UploadId>.*<\/UploadId>/, ""), /^ENOTS3$/],
  ["upload", "has no tag at its end", replaced(/<ETag>.*<\/ETag>/, ""), /^EETAG$/],
  ["list", "misses an object", replaced(/<Contents>.*?<\/Contents>/, ""), /^EMISSING$/],
  ["list", "names nothing", replaced(/<Contents>.*<\/Contents>/, ""), /^EMISSING$/],
  ["list", "names foreign keys", replaced(/<Key>run\/d\//g, "<Key>other/"), /^EPROTO$/],
  ["list", "repeats a key", replaced(/000000001/, "000000000"), /^ELOOP$/],
  ["list", "is out of order", replaced(/000000000/, "000000009"), /^ELOOP$/],
  ["list", "goes on to nowhere", replaced(/>false</, ">true<"), /^EPROTO$/],
  ["listVersions", "misses one", replaced(/<Version>.*?<\/Version>/, ""), /^EMISSING$/],
  ["listVersions", "is a plain listing", replaced(/ListVersions/g, "ListBucket"), /^ENOTS3$/],
  ["deleteObjects", "has another root", replaced(/DeleteResult/g, "Result"), /^ENOTS3$/],
];

describe.each(S3_ENGINES)("%s", (engine) => {
  test.each([...ON_BUCKETS])("%s succeeds with a response of S3", async (operation) => {
    expect(await codesOf(engine, operation, (reply) => reply)).toEqual([""]);
  });

  describe.each(LIARS)("a server whose responses all have %s", (_, change, same) => {
    const operations = [...ON_BUCKETS].filter((one) => !same.includes(one));
    test.each(operations)("%s fails", async (operation) => {
      const [code] = await codesOf(engine, operation, change);
      expect(code).not.toBe("");
    });
  });

  test.each(BROKEN)("%s fails where the response %s", async (operation, _, change, code) => {
    expect((await codesOf(engine, operation, change))[0]).toMatch(code);
  });

  test.each<Operation>(["read", "fetch", "stat", "download", "stream"])(
    "%s fails where the object's tag is not the one of its listing",
    async (operation) => {
      const codes = await codesOf(engine, operation, headWith({ etag: '"changed"' }));
      expect(codes).toEqual(["EETAG"]);
    },
  );

  test("a failed response without a body keeps the connection", async () => {
    const seen = new Set<string>();
    expect(
      await codesOf(
        engine,
        "stat",
        (reply, { headers }) => {
          seen.add(headers.connection ?? "");
          return { ...reply, headers: { "content-length": "999", etag: TAG } };
        },
        3,
      ),
    ).toEqual(["ESIZE", "ESIZE", "ESIZE"]);
  });
});

function cutXml(): [Operation, string, Change, RegExp][] {
  const operations = [
    "copy",
    "upload",
    "getTags",
    "list",
    "listVersions",
    "deleteObjects",
  ] as const;
  return operations.flatMap((operation): [Operation, string, Change, RegExp][] => [
    [operation, "is cut off", edited((text) => text.slice(0, -6)), /^EXML$/],
    [
      operation,
      "has entities",
      edited((text) => `<!DOCTYPE a [<!ENTITY b "c">]>${text}`),
      /^(EXML|ENOTS3)$/,
    ],
    [operation, "nests too deep", edited(() => "<a>".repeat(50) + "</a>".repeat(50)), /^EXML$/],
  ]);
}

function edited(edit: (text: string) => string): Change {
  return (reply) => (reply.body === "" ? reply : { ...reply, body: edit(reply.body) });
}

function replaced(from: RegExp, to: string): Change {
  return edited((text) => text.replace(from, to));
}

function without(name: string): Change {
  return (reply) => {
    const { [name]: _, ...headers } = reply.headers;
    return { ...reply, headers };
  };
}

function status(code: number): Change {
  return (reply) => ({ ...reply, status: code });
}

function body(text: string): Change {
  return (reply) => ({ ...reply, body: text });
}

function range(text: string): Change {
  return headWith({ "content-range": text });
}
