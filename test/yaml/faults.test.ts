import { describe, expect, it } from "vitest";
import { planScenario } from "../../src/scenario/index.ts";
import { parseTargets } from "../../src/scenario/targets/targets.ts";

const targets = (prefix: string) =>
  `targets: { b: { kind: s3, bucket: my-bucket, prefix: ${prefix} } }\n`;
const SCENARIO = `name: x
datasets: { data: { count: 1, size: 1MiB } }
phases: [{ name: p, operation: read, access: random, blockSize: 4KiB, duration: 1s }]
`;

/** Errors of a text that is not read; "" where it is read. */
function refusal(read: () => unknown): string {
  try {
    read();
    return "";
  } catch (error) {
    return error instanceof Error && error.name === "ScenarioError" ? error.message : `? ${error}`;
  }
}

describe("an error never repeats a text that is not valid YAML", () => {
  const SECRET = "Zq9xTr4vhunter2Kw7";
  // A usual password begins with any of these: tags, aliases, anchors, directives, blocks, quotes.
  const STARTS = [
    ..."! !! !< !a! !!int !!str !!map * & % %YAML %TAG | > |- @ ` ' \"".split(" "),
    ..."[ { ? - , ] } # : = ~ \\ $ ${".split(" "),
  ];
  const ENDS = ["", ":", " x", "!", '"', "'", "\\q", ' "x" "y"', ": a: b", "\tx", "]", "}", "*"];
  const places = (text: string) => [
    targets(text),
    `targets:\n  b: { kind: s3, bucket: ${text}, profile: x }\n`,
    `targets:\n  b:\n    kind: s3\n    bucket: b\n    profile: ${text}\n`,
    `targets:\n  b:\n    kind: s3\n    profile: "\\${text}"\n`,
    `${text}\n${targets("x")}`,
    `%FOO ${text}\n---\n${targets("x")}`,
    `%TAG ${text}\n---\n${targets("x")}`,
    `env: [${text}]\n${targets("x")}`,
  ];

  it.each(STARTS)("%j before it", (start) => {
    for (const end of ENDS) {
      for (const text of places(`${start}${SECRET}${end}`)) {
        const all = [
          refusal(() => parseTargets("t.yaml", text, {})),
          refusal(() => planScenario("a.yaml", `${text}${SCENARIO}`, { env: {}, set: [] })),
        ].join("\n");
        // A key is repeated as it is written, and so is what may be read of the environment.
        const others = all.replace(/(unknown key|the key|variable) `?[^`]*`?.*/g, "");
        expect({ text, others }).not.toEqual({ text, others: expect.stringContaining("hunter") });
        expect(others).not.toMatch(/^\? /m);
      }
    }
  });

  it("says of an alias that nothing has its anchor, and nothing more", () => {
    const said = refusal(() => parseTargets("t.yaml", targets("*hunter2"), {}));
    expect(said).toMatch(
      /^t.yaml:1:\d+: an alias \(`\*`\) has no anchor \(`&`\) before it; quote a text .* `\*`$/,
    );
  });
});
