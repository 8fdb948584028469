import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EMPTY_SHA256, HeaderSet, Signer } from "../../../src/s3/signing/signature.ts";
import { encodeKey, encodeQuery } from "../../../src/s3/signing/uri.ts";

const SUITE = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const GUIDE = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const ALPHABET = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

interface Vector {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly payload?: string;
  readonly signature: string;
}

function signatureOf(head: string): string {
  return /Signature=([0-9a-f]{64})\r\n$/.exec(head)?.[1] ?? "none";
}

/** Cases of the suite that apply to S3, which neither normalizes nor encodes paths twice. */
const VECTORS: readonly Vector[] = [
  {
    name: "get-vanilla",
    signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  },
  {
    name: "get-unreserved",
    path: `/${ALPHABET}`,
    signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
  },
  {
    name: "get-utf8",
    path: "/ሴ",
    signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
  },
  {
    name: "get-vanilla-query-order-key-case",
    query: { Param2: "value2", Param1: "value1" },
    signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  },
  {
    name: "get-vanilla-utf8-query",
    query: { ሴ: "bar" },
    signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
  },
  {
    name: "get-header-value-trim",
    headers: { "my-header1": " value1", "my-header2": ' "a   b   c"' },
    signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
  },
  {
    name: "post-vanilla",
    method: "POST",
    signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  },
];

test.each(VECTORS)("AWS's signature test suite: $name", (vector) => {
  const { method = "GET", path = "/", query = {}, headers = {}, signature } = vector;
  const scope = { region: "us-east-1", service: "service", host: "example.amazonaws.com" };
  const signer = new Signer(scope, SUITE, Date.UTC(2015, 7, 30, 12, 36));
  const set = new HeaderSet(headers, "");
  const head = set.head(signer, method, encodeKey(path), encodeQuery(query));
  expect(signatureOf(head)).toBe(signature);
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const S3_VECTORS: readonly Vector[] = [
  {
    name: "GET of an object with a range",
    path: "/test.txt",
    headers: { range: "bytes=0-9" },
    signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
  {
    name: "PUT of an object",
    method: "PUT",
    path: "/test$file.text",
    headers: {
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
    },
    payload: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  },
  {
    name: "GET of a bucket's lifecycle",
    query: { lifecycle: "" },
    signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  },
  {
    name: "a listing",
    query: { prefix: "J", "max-keys": "2" },
    signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  },
];

test.each(S3_VECTORS)("examples of the S3 documentation: $name", (vector) => {
  const { method = "GET", path = "/", query = {}, headers = {}, payload, signature } = vector;
  const host = "examplebucket.s3.amazonaws.com";
  const scope = { region: "us-east-1", service: "s3", host };
  const signer = new Signer(scope, GUIDE, Date.UTC(2013, 4, 24));
  const set = new HeaderSet(headers, payload ?? EMPTY_SHA256);
  const head = set.head(signer, method, encodeKey(path), encodeQuery(query));
  expect(signatureOf(head)).toBe(signature);
});

/** Hash class for the SDK's signer. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash("sha256")
        : createHmac("sha256", typeof secret === "string" ? secret : bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === "string" ? data : bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** Excluded query name: the SDK keeps queries in a plain object. */
const queryName = fc
  .string({ unit: "binary", minLength: 1 })
  .filter((name) => name !== "__proto__");
const header = fc.tuple(
  fc.stringMatching(/^x-amz-[a-z][a-z0-9-]{0,12}$/),
  fc.stringMatching(/^[!-~]( ?[!-~]){0,20}$/),
);

describe("compared with the SDK's signer", () => {
  test("random requests, times and tokens have equal signatures", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("GET", "PUT", "HEAD", "DELETE", "POST"),
        fc.string({ unit: "binary", minLength: 1 }),
        fc.dictionary(queryName, fc.string({ unit: "binary" })),
        fc.array(header, { maxLength: 4 }),
        fc.integer({ min: 0, max: 4e12 }),
        fc.option(fc.stringMatching(/^[!-~]{1,40}$/), { nil: undefined }),
        async (method, key, query, pairs, epochMs, sessionToken) => {
          const credentials = { ...GUIDE, ...(sessionToken === undefined ? {} : { sessionToken }) };
          const headers = Object.fromEntries(pairs);
          const host = "bucket.example:9000";
          const scope = { region: "eu-west-1", service: "s3", host };
          const signer = new Signer(scope, credentials, 0);
          signer.at(epochMs);
          const set = new HeaderSet(headers, "UNSIGNED-PAYLOAD");
          const path = `/${encodeKey(key)}`;
          const signing = new SignatureV4({
            credentials,
            region: "eu-west-1",
            service: "s3",
            sha256: Sha256,
            uriEscapePath: false,
          });
          const signed = await signing.sign(
            {
              method,
              protocol: "http:",
              hostname: "bucket.example",
              path,
              query: wellFormed(query),
              headers: { ...headers, host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
            },
            { signingDate: new Date(epochMs) },
          );
          const head = set.head(signer, method, path, encodeQuery(query));
          expect(head).toContain(signed.headers.authorization);
          expect(head).toContain(`x-amz-date: ${signed.headers["x-amz-date"]}\r\n`);
        },
      ),
    );
  });
});

function wellFormed(query: Record<string, string>): Record<string, string> {
  const pairs = Object.entries(query).map(([name, value]) => [
    name.toWellFormed(),
    value.toWellFormed(),
  ]);
  return Object.fromEntries(pairs);
}

test("a new time and renewed credentials change the signature", () => {
  const scope = { region: "us-east-1", service: "s3", host: "h" };
  const signer = new Signer(scope, SUITE, Date.UTC(2026, 0, 1, 23, 59, 59, 900));
  const set = new HeaderSet({}, "UNSIGNED-PAYLOAD");
  const head = () => set.head(signer, "GET", "/b/k", "");
  const first = head();
  expect(head()).toBe(first);
  signer.at(Date.UTC(2026, 0, 2));
  const nextDay = head();
  expect(nextDay).toContain("x-amz-date: 20260102T000000Z");
  expect(nextDay).toContain("AKIDEXAMPLE/20260102/us-east-1/s3/aws4_request");
  expect(signatureOf(nextDay)).not.toBe(signatureOf(first));
  signer.use({ ...GUIDE, sessionToken: "token" });
  expect(head()).toContain("x-amz-security-token: token\r\n");
  expect(head()).toContain("Credential=AKIAIOSFODNN7EXAMPLE/20260102");
});
