import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OPERATIONS } from "../../../src/model/plan/operation.ts";
import { DISTRIBUTIONS, RELATIONS, STATISTICS } from "../../../src/model/plan/threshold.ts";
import { DEFAULT_CHECKS, parseThreshold } from "../../../src/scenario/schema/threshold.ts";

function value(text: unknown) {
  const parsed = parseThreshold(text);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed.value;
}

function problem(text: unknown): string {
  const parsed = parseThreshold(text);
  return "problem" in parsed ? parsed.problem : "";
}

const space = fc.stringMatching(/^ {0,2}$/);
const operation = fc.constantFrom("all" as const, ...OPERATIONS);
const ordered = fc.constantFrom(...RELATIONS.filter((relation) => relation !== "=="));

/** A measure as written, and what it is. */
const time = fc
  .tuple(operation, fc.constantFrom(...DISTRIBUTIONS, null), fc.constantFrom(...STATISTICS))
  .map(([of, distribution, statistic]) => ({
    operation: of,
    text: [of === "all" ? null : of, distribution, statistic].filter((part) => part !== null),
    measure: { kind: "time" as const, of: distribution ?? ("latency" as const), statistic },
  }));

describe("a threshold", () => {
  it("round-trips thresholds on times in any notation", () => {
    const units = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
    const bound = fc.tuple(
      fc.integer({ min: 1, max: 4000 }),
      fc.constantFrom(...Object.entries(units)),
    );
    fc.assert(
      fc.property(time, ordered, bound, space, (parts, relation, [number, [unit, ns]], gap) => {
        const text = `${parts.text.join(".")}${gap}${relation}${gap}${number}${unit}`;
        expect(value(text)).toEqual({
          text,
          operation: parts.operation,
          measure: parts.measure,
          criterion: { kind: "bound", relation, value: number * ns },
        });
      }),
    );
  });

  it("on a count or rate has the value written, in base units", () => {
    const number = fc.integer({ min: 1, max: 1e6 });
    const written = [
      ["rate", "rate", 1, "/s"],
      ["throughput", "throughput", 2 ** 20, "MiB/s"],
      ["mb_per_s", "throughput", 1e6, ""],
      ["mib_per_s", "throughput", 2 ** 20, ""],
      ["errors", "errors", 1, ""],
      ["throttled", "throttled", 1, ""],
      ["late", "late", 1, ""],
      ["dropped", "dropped", 1, ""],
      ["unissued", "unissued", 1, ""],
      ["backlog.max", "backlog", 1, ""],
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...written), ordered, number, (one, relation, count) => {
        const [name, of, scale, unit] = one;
        expect(value(`${name} ${relation} ${count}${unit}`)).toMatchObject({
          operation: "all",
          measure: { kind: "amount", of },
          criterion: { relation, value: count * scale },
        });
      }),
    );
    expect(value("error_rate < 0.1%").criterion).toMatchObject({ value: 0.001 });
    expect(value("read.errors == 0")).toMatchObject({
      operation: "read",
      criterion: { relation: "==", value: 0 },
    });
  });
});

describe("a threshold, too,", () => {
  it("against a baseline may leave a margin", () => {
    fc.assert(
      fc.property(time, fc.integer({ min: 100, max: 300 }), ({ text, measure }, percent) => {
        const written = `vs baseline: ${text.join(".")} not slower than ${percent}%`;
        const criterion = { kind: "baseline", share: percent / 100 };
        expect(value(written)).toMatchObject({ text: written, measure, criterion });
      }),
    );
    expect(value("vs baseline: rate not lower").criterion).toEqual({ kind: "baseline", share: 1 });
    expect(value("vs baseline: rate not lower than 95%").criterion).toMatchObject({ share: 0.95 });
  });

  it("is read where YAML took it for a mapping of one key", () => {
    expect(value({ "vs baseline": "p99 not slower" }).text).toBe("vs baseline: p99 not slower");
    expect(problem({ a: "b", c: "d" })).toMatch(/^expected a text such as/);
    expect(problem(["errors == 0"])).toMatch(/^expected a text such as/);
  });

  it("of any other text is refused in one sentence, never by an error", () => {
    const letters = fc.constantFrom(..."prs9.<=>% 0m:/", "vs baseline:", "not", "rate", "errors");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.array(letters).map((all) => all.join("")),
        ),
        (input) => {
          const parsed = parseThreshold(input);
          if ("value" in parsed) expect(value(parsed.value.text)).toEqual(parsed.value);
          else expect(parsed.problem).toMatch(/expected|did you mean|is missing|always/);
        },
      ),
    );
  });
});

const REFUSED: readonly (readonly [text: string, sentence: RegExp])[] = [
  ["p99 < 10", /^the number 10 has no unit; expected a duration such as `10s` or `10ms`$/],
  ["p99 < 10parsec", /^invalid unit `parsec`; .*`250us`, `10ms`, `30s`, `2m` or `1h`$/],
  ["rate > 10", /^the number 10 has no unit; expected a rate such as `10\/s`$/],
  ["throughput > 5", /no unit; expected a throughput such as `5B\/s` or `5MiB\/s`$/],
  [
    "mb_per_s > 5MB/s",
    /^`mb_per_s` already contains the unit; expected a number without a unit.*, got `5MB\/s`$/,
  ],
  ["error_rate < 0.1", /^expected a percentage such as `0\.1%`, got `0\.1`$/],
  ["error_rate < 2ms", /^expected a percentage such as `0\.1%`, got `2ms`$/],
  ["error_rate < 500%", /^expected at most `100%`, got `500%`$/],
  ["errors == 0.5", /^expected a whole number such as `0`, got `0\.5`$/],
  ["errors < 0", /^`errors < 0` always fails: no value is that low$/],
  ["error_rate > 100%", /always fails: no value is that high$/],
  ["errors >= 0", /^`errors >= 0` always passes and checks nothing$/],
  ["p99 == 10ms", /^`==` is valid for counts only.*expected `<`, `<=`, `>` or `>=`$/],
  ["errors = 0", /^unknown relation `=`; did you mean `==`\?$/],
  ["errors != 0", /^unknown relation `!=`; expected one of `<`, `<=`, `>`, `>=`, `==`$/],
  ["p99", /^`p99` has no relation; expected a text such as `service\.p99 < 10ms`/],
  ["< 10ms", /^the measure is missing; expected a text such as/],
  ["p99 <", /^the value after `p99` is missing$/],
  ["service < 5ms", /^`service` needs a statistic; expected one of `min`, /],
  ["service.p98 < 5ms", /^unknown statistic `p98`; expected one of .*`p95`, `p99`/],
  ["sevice.p99 < 5ms", /^unknown measure `sevice\.p99`; did you mean `service`\?$/],
  ["iops > 5/s", /^unknown measure `iops`; did you mean `rate`\?$/],
  ["eror_rate < 1%", /did you mean `error_rate`\?$/],
  ["reda.p99 < 5ms", /did you mean `read`\?$/],
  ["read < 5ms", /^`read` needs a measure; expected a text such as `read\.service\.p99`$/],
  ["xyzzy > 5", /^unknown measure `xyzzy`; expected one of `latency\.p99`, .*`backlog\.max`$/],
  ["read.dropped == 0", /^`dropped` covers the whole phase; remove `read\.`$/],
  ["vs baseline: p99 not lower", /^`p99` is worse if it is higher; expected `not slower` or/],
  ["vs baseline: rate not higher", /expected `not slower` or `not lower`$/],
  ["vs baseline: errors not lower", /expected `not higher`$/],
  [
    "vs baseline: rate not lower than 105%",
    /^expected more than 0% and at most 100% of the baseline, got `105%`$/,
  ],
  ["vs baseline: p99 not slower than 95%", /^expected at least 100% of the baseline, got `95%`$/],
  ["vs baseline: p99 not slower than 5ms", /expected a percentage such as/],
  [
    "vs baseline: p99 is fine",
    /^expected a text such as `vs baseline: p99 not slower` or .*, got `p99 is fine`$/,
  ],
  [
    "vs basline: p99 not slower",
    /^expected a text such as `vs baseline: p99 not slower`, got `vs basline: .*`$/,
  ],
];

describe("an invalid threshold", () => {
  it.each(REFUSED)("%s", (text, sentence) => {
    expect(problem(text)).toMatch(sentence);
  });
});

it("the checks that a baseline brings with it are thresholds against it", () => {
  expect(DEFAULT_CHECKS).toHaveLength(3);
  for (const { text, criterion, place } of DEFAULT_CHECKS) {
    expect(value(text).criterion).toEqual(criterion);
    expect({ kind: criterion.kind, place }).toEqual({ kind: "baseline", place: null });
  }
});
