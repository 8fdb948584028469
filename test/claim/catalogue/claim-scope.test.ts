import { describe, expect, test } from "vitest";
import { readClaims } from "../../../src/claim/catalogue/claims-file.ts";
import { CLAIM, claimsFile } from "../claim-text.ts";

function read(lines: string) {
  const { claims, problems } = readClaims(
    "own.yaml",
    claimsFile(CLAIM.replace("    source:", `${lines}\n    source:`)),
  );
  return {
    scope: claims[0]?.scope,
    problems: problems.map(({ line, message }) => [line, message]),
  };
}

describe("the scope of a claim", () => {
  test("is one client, unless it says so or needs several clients", () => {
    expect(read("    tolerance: 10%")).toEqual({ scope: "client", problems: [] });
    expect(read("    scope: system")).toEqual({ scope: "system", problems: [] });
    expect(read("    needs: { clients: many }")).toEqual({ scope: "system", problems: [] });
  });

  test("is not one client for a claim that needs several", () => {
    expect(read("    scope: client\n    needs: { clients: many }").problems).toEqual([
      [
        17,
        expect.stringMatching(/needs `clients: many` is not about one client, expected `system/),
      ],
    ]);
  });

  test("is one of two, else the nearest is named", () => {
    expect(read("    scope: sistem").problems).toEqual([
      [17, expect.stringMatching(/`scope`: expected .*, got `sistem`; did you mean `system`/)],
    ]);
  });
});
