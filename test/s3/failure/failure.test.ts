// @module-tag alone
import { describe, expect, test } from "vitest";
import type { BucketAddress } from "../../../src/model/target/target.ts";
import { failureCode, failureMessage, preflightFailure } from "../../../src/s3/failure/failure.ts";
import { setEnvironment } from "../../env.ts";

const ADDRESS: BucketAddress = {
  endpoint: "https://store.example",
  region: "eu-west-1",
  bucket: "data",
  prefix: "",
  pathStyle: true,
};

function answer(name: string, status: number, message = ""): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

function network(code: string, name = "Error"): Error {
  return Object.assign(new Error(`connect ${code}`), { name, code });
}

describe("one code for each failure", () => {
  test.each([
    [answer("NoSuchBucket", 404), "NoSuchBucket"],
    [answer("SlowDown", 503), "SlowDown"],
    [answer("NotFound", 404), "NotFound"],
    [answer("UnknownError", 403), "AccessDenied"],
    [answer("Unknown", 301), "PermanentRedirect"],
    [answer("502", 502), "HTTP 502"],
    [answer("S3ServiceException", 500), "HTTP 500"],
    [network("ECONNREFUSED"), "ECONNREFUSED"],
    [network("ECONNRESET", "TimeoutError"), "ECONNRESET"],
    [Object.assign(new Error("slow"), { name: "TimeoutError" }), "ETIMEDOUT"],
    [Object.assign(new Error("stop"), { name: "AbortError", code: "ABORT_ERR" }), "ECANCELED"],
    [Object.assign(new Error("none"), { name: "CredentialsProviderError" }), "NoCredentials"],
    ["thrown text", "UNKNOWN"],
  ])("%s is %s", (error, code) => {
    expect(failureCode(error)).toBe(code);
  });
});

describe("one sentence for each failure", () => {
  test.each([
    ["ENOTFOUND", /cannot reach https:\/\/store\.example: its host name is unknown/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /is not trusted.* set `ca` to the certificate/],
    ["EPROTO", /check http or https/],
  ])("%s", (code, sentence) => {
    expect(preflightFailure(network(code), ADDRESS).message).toMatch(sentence);
  });

  test.each([
    ["AccessDenied", 403, /denies access .* need ListBucket, GetObject/],
    ["PermanentRedirect", 301, /is not in region eu-west-1 .* set its `region`/],
    ["ExpiredToken", 400, /refuses the credentials \(ExpiredToken\)/],
    ["RequestTimeTooSkewed", 403, /clock of this host/],
    ["XMinioStorageFull", 507, /has no space left/],
    ["OddCode", 400, /cannot be used \(OddCode\): odd words/],
  ])("%s", (name, status, sentence) => {
    const error = preflightFailure(answer(name, status, "odd words"), ADDRESS);
    expect(error.message).toMatch(sentence);
    expect(error.exitCode).toBe(3);
  });
});

test("no message repeats a credential", () => {
  const values = {
    AWS_ACCESS_KEY_ID: "my-odd-key",
    AWS_SECRET_ACCESS_KEY: "my-odd-secret",
    AWS_SESSION_TOKEN: "my-odd-token",
  };
  const before = setEnvironment(values);
  try {
    const known = "key my-odd-key, my-odd-secret\nmy-odd-token";
    const text = `${known}; AKIAABCDEFGHIJKLMNOP; Signature=ab12`;
    expect(failureMessage(new Error(text))).toBe("key ***, *** ***; ***; Signature=***");
  } finally {
    setEnvironment(before);
  }
});
