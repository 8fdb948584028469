import { describe, expect, test } from "vitest";
import { isSafe, parseUrls } from "../../../src/cluster/dial/connection.ts";
import { UsageError } from "../../../src/model/fault/errors.ts";

function refusalOf(text: string): string {
  try {
    parseUrls(text);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("the URL of a server", () => {
  test.each([
    "nats://127.0.0.1:4222",
    "nats://127.1.2.3",
    "nats://localhost:4222",
    "nats://[::1]:4222",
    "tls://nats.internal:4222",
    "tls://10.0.0.1",
    "tls://[fd00::1]:4222",
    "tls://a:4222, tls://b:4222",
  ])("may be %s", (text) => {
    expect(parseUrls(text)).toEqual(text.split(", "));
  });

  test.each([
    ["nats://10.0.0.1:4222", "--nats: nats://10.0.0.1:4222 is not encrypted; use tls:// for"],
    ["nats://nats.internal", "--nats: nats://nats.internal is not encrypted; use tls:// for"],
    ["nats://127.0.0.1.example.com", "is not encrypted"],
    ["nats://localhost.example.com", "is not encrypted"],
    ["nats://[fd00::1]:4222", "is not encrypted"],
    ["nats://0.0.0.0:4222", "is not encrypted"],
    ["tls://a:4222,nats://b:4222", "--nats: nats://b:4222 is not encrypted"],
    [
      "http://a:4222",
      "--nats: expected tls://host:4222 or nats://127.0.0.1:4222, got http://a:4222",
    ],
    ["nats.internal:4222", "expected tls://host:4222"],
    ["tls://", "expected tls://host:4222"],
    ["", "expected tls://host:4222"],
    ["tls://a:4222,", "expected tls://host:4222"],
    ["tls://a:99999", "expected tls://host:4222"],
    ["\u001b[2J", "expected tls://host:4222 or nats://127.0.0.1:4222, got \\x1b[2J"],
  ])("is refused: %j", (text, reason) => expect(refusalOf(text)).toContain(reason));

  test.each([
    "tls://me:hunter2@a:4222",
    "nats://me:hunter2@127.0.0.1:4222",
    "tls://hunter2@a",
    "tls://:hunter2@a",
    "tls://a,tls://me:hunter2@b",
    "http://me:hunter2@a",
    "tls://me:hunter2@",
    "tls:me:hunter2@a",
    "me:hunter2@a:4222",
    "nats://me:hun/hunter2@a:4222",
    "nats://me:hunter2@x@10.0.0.1",
  ])("is refused without showing its password: %s", (text) => {
    const reason = refusalOf(text);
    expect(reason).toMatch(/^--nats: /);
    expect(reason).not.toContain("hunter2");
  });
});

test.each([
  ["2.9.25", false],
  ["2.10.29", false],
  ["2.11.0", false],
  ["2.11.15", false],
  ["2.11.16", true],
  ["2.11.20", true],
  ["2.12.0", false],
  ["2.12.6", false],
  ["2.12.7", true],
  ["2.12.7-RC.1", false],
  ["2.12.8-RC.1", true],
  ["2.13.0", true],
  ["2.14.3", true],
  ["2.15.2", true],
  ["3.0.0", true],
  ["1.4.1", false],
  ["2.12", false],
  ["garbage", false],
  ["", false],
  ["v2.12.7", false],
  ["x2.12.7", false],
  ["2.12.7.1", false],
  ["2.12.7x", false],
])("version %s of a server is safe: %s", (version, expected) => {
  expect(isSafe(version)).toBe(expected);
});
