import { describe, expect, test } from "vitest";
import { ownStorageWarning, scopeByToken } from "../../src/cluster/same-storage.ts";
import { PreflightError } from "../../src/model/fault/errors.ts";

const sees = (name: string) => ({ name, reason: null });
const lacks = (name: string) => ({ name, reason: `this host sees no data in /mnt on ${name}` });

test("a directory that hosts do not share is a warning, a volume of each host is none", () => {
  expect(ownStorageWarning("directory", [lacks("b"), lacks("c")])).toMatch(
    /do not see the same storage \(b: this host sees no data .*rates are sums .*declare its kind$/,
  );
  expect(ownStorageWarning("ebs-gp3", [lacks("b")])).toBeNull();
  expect(ownStorageWarning("directory", [])).toBeNull();
});

describe("the scope of a target", () => {
  test("is shared if all hosts read the token, whatever the kind", () => {
    for (const kind of ["directory", "efs", "ebs-gp3", "s3", "minio"] as const) {
      expect(scopeByToken(kind, "a", [sees("b"), sees("c")])).toBe("shared");
    }
    expect(scopeByToken("directory", "a", [])).toBe("shared");
  });

  test("is private if no other host reads it", () => {
    for (const kind of ["directory", "ebs-gp3", "instance-store"] as const) {
      expect(scopeByToken(kind, "a", [lacks("b"), lacks("c")])).toBe("private");
    }
  });

  test.each([
    [
      "directory",
      [sees("b"), lacks("c")],
      /^c does not see the storage of a: the other hosts share/,
    ],
    ["ebs-gp3", [lacks("b"), lacks("c"), sees("d")], /^b, c do not see the storage of a/],
    ["efs", [lacks("b"), lacks("c")], /^b, c do not see .* which all hosts must reach/],
    ["s3", [lacks("b"), sees("c")], /^b does not see .* leave this host out\nb: this host sees no/],
  ] as const)("is refused for %s if only some hosts read it: %#", (kind, answers, sentence) => {
    let message = "";
    try {
      scopeByToken(kind, "a", answers);
    } catch (error) {
      expect(error).toBeInstanceOf(PreflightError);
      message = error instanceof Error ? error.message : "";
    }
    expect(message).toMatch(sentence);
  });

  test("names at most five hosts, and counts the others", () => {
    const answers = Array.from({ length: 8 }, (_, i) => lacks(`node-${i}`));
    expect(() => scopeByToken("efs", "a", answers)).toThrow(/node-4: .*\nand 3 more$/);
  });
});
