import { describe, expect, test } from "vitest";
import { readClaims } from "../../../src/claim/catalogue/claims-file.ts";
import { CLAIM, claimsFile } from "../claim-text.ts";

const COMPARISON = CLAIM.replace("role: formula", "role: comparison")
  .replace("when: iops > 100", "when: of.iops == over.iops")
  .replace(
    "    measure:",
    `    over: { operations: [write] }
    between: phases
    varies: [operations]
    measure:`,
  )
  .replace("unit: IOPS", "unit: ratio")
  .replace("value: 0.9 * iops", "value: of.iops / over.iops")
  .replace(/given: .*\}/, "given: { of: { iops: 3 }, over: { iops: 3 } }, value: 1 }");

const spoil = (from: string | RegExp, to: string) => claimsFile(CLAIM.replace(from, to));
const compare = (from: string | RegExp, to: string) => claimsFile(COMPARISON.replace(from, to));

function told(text: string): readonly string[] {
  return readClaims("own.yaml", text).problems.map(
    ({ line, column, message }) => `${line}:${column}: ${message}`,
  );
}

describe("a file of claims", () => {
  test("is read as written, in base units, with what it leaves out", () => {
    const { claims, problems } = readClaims("own.yaml", claimsFile(CLAIM));
    expect(problems).toEqual([]);
    expect(claims).toEqual([
      {
        id: "own.iops",
        says: "It carries what was provisioned.",
        role: "formula",
        scope: "client",
        when: "iops > 100",
        side: {
          kinds: ["ebs-gp3"],
          workload: {
            operations: ["read"],
            blockBytes: { most: 16384 },
            where: "block_kib <= 16",
          },
        },
        over: null,
        between: null,
        varies: [],
        measure: { kind: "iops" },
        relation: ">=",
        value: "0.9 * iops",
        low: null,
        high: null,
        unit: "IOPS",
        tolerance: 0,
        needs: {
          durationNs: 10e9,
          inFlightPerThousandIops: 1,
          uncached: true,
          initialised: true,
          sameZone: false,
          instance: "ebs",
          burst: "any",
          known: [],
          clients: "one",
        },
        source: { title: "A page", address: null, date: "2026" },
        until: null,
        examples: [{ given: { iops: 3000 }, value: 2700 }],
        place: { file: "own.yaml", line: 4 },
      },
    ]);
  });
});

describe("a claim", () => {
  test("has a second side that differs from the first in what it says", () => {
    const { claims, problems } = readClaims("own.yaml", claimsFile(COMPARISON));
    expect(problems).toEqual([]);
    expect(claims[0]?.over).toEqual({
      kinds: ["ebs-gp3"],
      workload: {
        operations: ["write"],
        blockBytes: { most: 16384 },
        where: "block_kib <= 16",
      },
    });
  });

  test.each([
    ["{ kind: time, of: firstByte, statistic: p99 }", "ms"],
    ["{ kind: burst, of: throughput, part: after }", "MiB/s"],
    ["burst-duration", "min"],
    ["{ kind: share-of-seconds, of: iops, least: 0.9 * iops, unit: IOPS }", "share"],
    ["{ kind: share-slower, than: 800us }", "share"],
    ["{ kind: errors, codes: [EIO] }", "errors"],
    ["throughput", "GB/s"],
  ])("%s is a measure in %s", (measure, unit) => {
    const text = CLAIM.replace("unit: IOPS", `unit: ${unit}`);
    const measured = text.replace("measure: iops", `measure: ${measure}`);
    const { claims, problems } = readClaims("own.yaml", claimsFile(measured));
    expect(problems).toEqual([]);
    expect(claims[0]).toMatchObject({ unit });
  });

  test("with rows is there once for each, at the place it is written", () => {
    const rows = CLAIM.replace("own.iops", "own.{name}.iops")
      .replace("    says:", "    for: [{ name: a, at: 2700 }, { name: b, at: 2700 }]\n    says:")
      .replace("value: 2700", 'value: "{at}"');
    const { claims, problems } = readClaims("own.yaml", claimsFile(rows));
    expect(problems).toEqual([]);
    expect(claims.map(({ id }) => id)).toEqual(["own.a.iops", "own.b.iops"]);
    expect(claims.map(({ place }) => place.line)).toEqual([4, 4]);
    expect(claims[1]?.examples).toEqual([{ given: { iops: 3000 }, value: 2700 }]);
    expect(told(claimsFile(rows.replace("own.{name}", "own.{nam}{name}")))[0]).toMatch(
      /^4:5: `{nam}` is no field of a row, did you mean `name`\?/,
    );
    expect(told(claimsFile(rows.replace(/for: .*/, "for: []")))).toContain(
      "5:10: `for`: expected a list of rows such as `{ type: i3.large, read: 103125 }`",
    );
  });
});

describe("a mistake in a claim is told with its place:", () => {
  test.each([
    ["unknown key", spoil("says:", "say: x\n    says:"), /^5:5: unknown key `say`.*`says`/],
    [
      "key of a side",
      spoil("blockSize", "bs"),
      /^11:7: unknown key `bs`; did you mean `blockSize`/,
    ],
    ["missing key", spoil("    says: It carries what was provisioned.\n", ""), /`says` is missing/],
    [
      "kind",
      spoil("ebs-gp3", "gp3"),
      /^9:15: entry 1 of `kinds`: expected .*`ebs-gp3`.*, got `gp3`$/,
    ],
    ["size", spoil("16KiB", "16K"), /^11:26: `most`: invalid unit `K`; .*`16KiB`/],
    ["id", spoil("own.iops", "Own"), /^4:9: `id`: expected an id such as .*, got `Own`$/],
    [
      "role",
      spoil("formula", "formel"),
      /^6:11: `role`: expected .*, got `formel`; did you mean `formula`/,
    ],
    [
      "measure",
      spoil("measure: iops", "measure: iop"),
      /^13:14: `measure`: expected .*, got `iop`/,
    ],
    ["tolerance", spoil("source:", "tolerance: 10\n    source:"), /`tolerance`: `10` was found/],
    ["source", spoil("source: page", "source: pag"), /^17:13: own.iops: `pag` is none.*`page`/],
    ["variable", spoil("0.9 * iops", "0.9 * iop"), /^16:12: own.iops: `iop` is not a var.*`iops`/],
    ["syntax", spoil("0.9 * iops", "0.9 *"), /^16:12: own.iops: not an expression/],
    ["a phase in `when`", spoil("iops > 100", "in_flight > 1"), /^7:11: .*`in_flight` is not a v/],
    [
      "a condition that is none",
      spoil("iops > 100", "iops"),
      /^7:11: .*gives number, expected a c/,
    ],
    ["a figure that is none", spoil("0.9 * iops", "iops > 3"), /^16:12: .*gives a condition, exp/],
    ["where", spoil("block_kib <= 16", "block_kb <= 16"), /^12:14: .*did you mean `block_kib`/],
  ])("%s", (_, text, message) => {
    expect(told(text).join("\n")).toMatch(new RegExp(message, "m"));
  });
});

describe("fields of a claim that do not fit are told with their place:", () => {
  test.each([
    ["unit", spoil("unit: IOPS", "unit: MiB/s"), /^14:11: .*of bytes a second.*`IOPS`/],
    ["relation", spoil('">="', "within"), /`low` is missing, which `within` needs/],
    ["no value", spoil("    value: 0.9 * iops\n", ""), /`value` is missing, which `>=` needs/],
    ["equality", spoil('">="', "=="), /^15:15: .*`==` needs a `tolerance`/],
    ["floor below", spoil("formula", "ceiling"), /^15:15: .*a ceiling of a rate cannot be `>=`/],
    ["end", spoil("source:", "until: '2025'\n    source:"), /^17:12: .*only a superseded figure/],
    ["no end", spoil("formula", "superseded"), /^6:11: .*needs `until`/],
    ["no example", spoil(/ {4}examples:\n.*\n/, ""), /^16:12: .*needs a worked example/],
    ["wrong example", spoil("2700", "3000"), /^19:9: .*`0.9 \* iops` comes to 2700, expected 3000/],
    [
      "idle example",
      spoil("{ iops: 3000 }", "{ iops: 3000, size_gib: 1 }"),
      /`size_gib` is not us/,
    ],
    ["poor example", spoil("{ iops: 3000 }", "{}"), /^19:9: .*needs `iops` as well/],
    ["foreign example", spoil("{ iops: 3000 }", "{ iops: 10 }"), /^19:9: .*`when` does not hold/],
    ["example without value", spoil(", value: 2700", ""), /^19:9: .*`value` is missing/],
    [
      "no second side",
      compare("    over: { operations: [write] }\n", ""),
      /a comparison needs a s/,
    ],
    ["second side", compare("comparison", "floor"), /^13:11: .*belongs to the role `comparison`/],
    ["between", compare("    between: phases\n", ""), /^13:11: .*`between` is missing/],
    [
      "second side unnamed",
      compare("[operations]", "[access]"),
      /^13:25: .*differ in `operations`, expected `operations` in `varies`/,
    ],
    ["nothing varied", compare("    varies: [operations]\n", ""), /expected `operations` in `va/],
    ["varied kind of phases", compare("[operations]", "[operations, kind]"), /^15:13: .*`kind`/],
    [
      "varied without sides",
      spoil("    measure:", "    varies: [access]\n    measure:"),
      /belongs/,
    ],
    [
      "engine of a path and a bucket",
      compare("ebs-gp3]", "ebs-gp3, s3]"),
      /expected `engine` in `varies`/,
    ],
    ["unit of a ratio", compare("unit: ratio", "unit: IOPS"), /expected a ratio: `ratio`/],
    ["side of a variable", compare("of.iops / over.iops", "iops"), /`iops` is of which side\?/],
  ])("%s", (_, text, message) => {
    expect(told(text).join("\n")).toMatch(new RegExp(message, "m"));
  });
});

describe("a mistake is told", () => {
  test.each([
    ["{ kind: time, of: latency }", /^13:14: own.iops: `statistic` is missing, which `time` needs/],
    ["{ kind: errors, than: 1s }", /^13:\d+: own.iops: `than` says nothing of `errors`/],
    ["{ kind: burst, of: latency, part: after }", /^13:\d+: .*not what `burst` can be of.*`iops`/],
    [
      "{ kind: share-of-seconds, of: iops, least: 1, unit: MiB/s }",
      /`MiB\/s` is no unit of operations a second/,
    ],
    ["{ kind: time, of: latency, statistik: p50 }", /unknown key `statistik`.*`statistic`/],
  ])("in a measure: %s", (measure, message) => {
    const text = claimsFile(CLAIM.replace("measure: iops", `measure: ${measure}`));
    expect(told(text).join("\n")).toMatch(new RegExp(message, "m"));
  });

  test("with all the others, at once, and broken YAML as such", () => {
    expect(told(spoil("formula", "formel").replace("IOPS", "IOP"))).toHaveLength(2);
    expect(readClaims("own.yaml", "claims: [\n  - {").problems).not.toEqual([]);
    expect(told("sources: {}\nclaims: []\n")).toEqual([
      "2:9: `claims`: expected at least one entry",
    ]);
  });
});
