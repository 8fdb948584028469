import { describe, expect, test } from "vitest";
import { isAmazonHost } from "../../../src/model/target/amazon.ts";
import { dateMsOf, locationOf, regionOf, retryAfterMsOf } from "../../../src/s3/contract/values.ts";
import { checkedCredentials } from "../../../src/s3/credentials.ts";
import type { Endpoint } from "../../../src/s3/endpoint.ts";
import { redirectOf } from "../../../src/s3/endpoint.ts";
import { failureCode, failureMessage } from "../../../src/s3/failure/failure.ts";
import { NO_HEADERS, StoreError } from "../../../src/s3/response/error.ts";

const HOSTILE = [
  ...["", " ", "a b", "a\r\nx-injected: 1", "a\0b", "../x", "a.b", "a/b", "-a", "a-", "é"],
  ...["constructor.x", "x".repeat(64), "\u001b[31m", "<b>", "%0d%0a"],
];

describe("values of a response", () => {
  test.each(HOSTILE)("rejects region %j", (text) => expect(regionOf(text)).toBeNull());

  test.each(["us-east-1", "eusc-de-east-1", "local", "EU", "x".repeat(63)])("region %s", (text) =>
    expect(regionOf(text)).toBe(text),
  );

  test.each([
    ...["Sat, 13 Sep 275760 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "-5", "NaN", "soon"],
    ...["Infinity", "0", "Wed, 21 Oct 2500 07:28:00 GMT", "9".repeat(400), ""],
  ])("date %j is none", (text) => expect(dateMsOf(text)).toBeNull());

  test("parses the date of a server as milliseconds", () => {
    expect(dateMsOf("Wed, 21 Oct 2026 07:28:00 GMT")).toBe(Date.UTC(2026, 9, 21, 7, 28));
  });

  test.each([
    ["9".repeat(400), null],
    ["Infinity", null],
    ["1e999", null],
    [null, "Infinity"],
    [null, "-Infinity"],
    [null, "x"],
    ["Sat, 13 Sep 275760 00:00:00 GMT", null],
  ])("a wait of %j or %j is none", (seconds, ms) => {
    expect(retryAfterMsOf(seconds, ms)).toBeNull();
  });

  test.each([
    ...["javascript:alert(1)", "ftp://host/", "file:///etc/passwd", "http://user:pw@host/"],
    ...["http://[", "https://user@host/", `http://h/${"x".repeat(9000)}`],
  ])("location %s is none", (text) => expect(locationOf(text, "http://host")).toBeNull());

  test.each([
    ["Bad\u001b[31m::error::x", "HTTP 400"],
    ["a b", "HTTP 400"],
    ["x".repeat(500), "HTTP 400"],
    ["constructor", "HTTP 400"],
    ["NoSuchKey", "NoSuchKey"],
  ])("error code %j is %s", (code, expected) => {
    const text = `<Error><Code>${code}</Code><Message>m</Message></Error>`;
    const parsed = text.includes("\u001b") ? text.replaceAll("\u001b", "&#27;") : text;
    expect(failureCode(new StoreError(400, parsed, NO_HEADERS))).toBe(expected);
  });
});

describe("redirects", () => {
  const from = (url: string, base = ""): Endpoint => {
    const { hostname, port, protocol, host } = new URL(url);
    const tls = protocol === "https:";
    const number = port === "" ? (tls ? 443 : 80) : Number(port);
    return { hostname, port: number, tls, host, base, region: "us-east-1", service: "s3" };
  };
  const AWS = from("https://data.s3.us-east-1.amazonaws.com");
  const OWN = from("http://127.0.0.1:9000", "/data");
  const CHINA = from("https://data.s3.cn-north-1.amazonaws.com.cn");

  test.each([
    [AWS, "https://data.s3.eu-west-1.amazonaws.com/k", ""],
    [AWS, "https://data.s3-eu-west-1.amazonaws.com/k", ""],
    [AWS, "https://data.s3.dualstack.eu-west-1.amazonaws.com/k", ""],
    [AWS, "https://s3.eu-west-1.amazonaws.com/data/k", "/data"],
    [CHINA, "https://data.s3.cn-northwest-1.amazonaws.com.cn/k", ""],
    [OWN, "http://127.0.0.1:9000/other", "/data"],
  ])("%o to %s are followed with the token", (endpoint, location, base) => {
    const redirect = redirectOf(new URL(location), endpoint, "data");
    expect(redirect?.withToken).toBe(true);
    expect(redirect?.endpoint.base).toBe(base);
  });

  test("to another port of the host are followed without the token", () => {
    const redirect = redirectOf(new URL("http://127.0.0.1:9001/x"), OWN, "data");
    expect(redirect?.withToken).toBe(false);
    expect(redirect?.endpoint.port).toBe(9001);
  });

  const REFUSED: readonly (readonly [Endpoint, string])[] = [
    ...[
      "https://ec2-1-2-3-4.compute-1.amazonaws.com/k",
      "https://evil-123.us-east-1.elb.amazonaws.com/k",
      "https://data.s3.us-east-1.amazonaws.com:8443/k",
      "https://data.s3.us-east-1.amazonaws.com:22/k",
      "http://data.s3.us-east-1.amazonaws.com/k",
      "https://evil.s3.us-east-1.amazonaws.com/k",
      "https://data.s3.cn-north-1.amazonaws.com.cn/k",
      "https://data.s3.us-east-1.amazonaws.com.evil.example/k",
      "https://s3.evil.amazonaws.com/data/k",
      "https://data.s3-website-us-east-1.amazonaws.com/k",
      "https://execute-api.us-east-1.amazonaws.com/k",
      "https://dynamodb.us-east-1.amazonaws.com/k",
      "https://data.s3-object-lambda.us-east-1.amazonaws.com/k",
      "https://login.example/k",
      "https://169.254.169.254/latest",
    ].map((location) => [AWS, location] as const),
    [OWN, "http://localhost:9000/k"],
    [OWN, "https://127.0.0.1:9000/k"],
    [OWN, "https://data.s3.us-east-1.amazonaws.com/k"],
    [OWN, "http://169.254.169.254/latest/meta-data"],
    [CHINA, "https://data.s3.us-east-1.amazonaws.com/k"],
  ];
  test.each(REFUSED)("%o to %s are not followed", (endpoint, location) => {
    expect(redirectOf(new URL(location), endpoint, "data")).toBeNull();
  });

  test("the endpoints above are AWS endpoints, except one", () => {
    expect([AWS, OWN, CHINA].map(({ hostname }) => isAmazonHost(hostname))).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe("credentials of a provider", () => {
  const GOOD = { accessKeyId: "made-up-key", secretAccessKey: "made-up/secret+1" };

  test.each([
    ["access key", { ...GOOD, accessKeyId: "a\r\nx-injected: 1" }],
    ["access key", { ...GOOD, accessKeyId: "" }],
    ["secret key", { ...GOOD, secretAccessKey: "" }],
    ["session token", { ...GOOD, sessionToken: "t\nx" }],
    ["session token", { ...GOOD, sessionToken: "t".repeat(20_000) }],
    ["expiration", { ...GOOD, expiration: new Date(Number.NaN) }],
  ])("with a malformed %s are refused, and not repeated", (what, credentials) => {
    const attempt = () => checkedCredentials(credentials);
    expect(attempt).toThrow(new RegExp(`the ${what} that the credentials provider returned`));
    expect(attempt).not.toThrow(/injected|made-up/);
  });

  test("are removed from later messages in every encoding", () => {
    checkedCredentials({ ...GOOD, sessionToken: "made-up-token+/=" });
    const { accessKeyId, secretAccessKey } = GOOD;
    const forms = [accessKeyId, secretAccessKey, "made-up-token+/="].flatMap((value) => [
      value,
      encodeURIComponent(value),
      Buffer.from(value).toString("base64"),
      Buffer.from(value).toString("base64url"),
    ]);
    const text = failureMessage(new Error(`echo: ${forms.join(" , ")}`));
    for (const form of forms) expect(text).not.toContain(form);
    expect(failureMessage(new Error("at https://user:made-up@host/"))).not.toContain("made-up@");
  });
});
