import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorLine, sayLines } from "../../src/cli/console.ts";
import {
  netted,
  oneLine,
  printable,
  printableJson,
  printableLines,
  withoutCommand,
} from "../../src/model/printable.ts";

const ESC = "\u001b";

/** Characters that a terminal interprets or that are invisible, by kind. */
const HOSTILE = {
  "clears the screen": `a${ESC}[2J${ESC}[Hb`,
  "sets the title": `a${ESC}]0;owned\u0007b`,
  "a link": `a${ESC}]8;;http://evil.example${ESC}\\b`,
  "8-bit CSI": "a\u009b2Jb",
  "8-bit OSC": "a\u009d0;x\u009cb",
  "carriage return": "error\rok",
  "line feed": "a\nremoved 9 files",
  "next line": "a\u0085b",
  "line separator": "a\u2028b",
  backspace: "bad\b\b\bok",
  delete: "a\u007fb",
  nul: "a\u0000b",
  "shift out": "a\u000eb",
  "right-to-left override": "a\u202egnp.exe",
  isolate: "a\u2066b\u2069",
  "Arabic mark": "a\u061cb",
  "zero-width space": "a\u200bb",
  "zero-width joiner": "a\u200db",
  "word joiner": "a\u2060b",
  "byte order mark": "\ufeffa",
  "soft hyphen": "a\u00adb",
  "Hangul filler": "a\u3164b",
  "variation selector": "a\ufe0fb",
  "tag characters": "a\u{e0041}\u{e0042}b",
  "interlinear annotation": "a\ufff9b",
  "half of a pair": "a\ud800b",
  "private use": "a\ue000b",
} as const;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

describe("text from outside", () => {
  test.each(Object.entries(HOSTILE))("shows what %s, as one line", (_, text) => {
    const shown = printable(text);
    expect(shown).not.toMatch(INVISIBLE);
    expect(shown).not.toBe(text);
    expect(shown).toContain("\\");
    expect(oneLine(text)).not.toMatch(INVISIBLE);
    expect(printableLines(text).replaceAll("\n", "")).not.toMatch(INVISIBLE);
    expect(errorLine(`${text}\n`).slice(0, -1)).not.toMatch(INVISIBLE);
    expect(netted(text, true).replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  });

  test("leaves what is seen as it is", () => {
    const text = "gp3 — 1,5 µs · Größe 日本 ⚠ ≥ 😀 C:\\new \u00a0|`*";
    expect([printable(text), oneLine(text), printableLines(`${text}\n\t`)]).toEqual([
      text,
      text,
      `${text}\n\t`,
    ]);
  });

  test("joins the lines of a sentence, and shows a tab", () => {
    expect(oneLine("  a \r\n\u2028  b\v\fc ")).toBe("  a b c ");
    expect(printable("a\tb\nc\rd\u001b\u202e\u{e0041}")).toBe(
      "a\\tb\\nc\\rd\\x1b\\u202e\\u{e0041}",
    );
  });

  test("nothing of any text is invisible or lost", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printable(text)).not.toMatch(INVISIBLE);
        expect(JSON.parse(printableJson({ text }))).toEqual({ text });
        expect(printableJson({ text }).replaceAll("\n", "")).not.toMatch(INVISIBLE);
      }),
    );
  });
});

describe("a log of continuous integration", () => {
  test.each([
    "::error::x",
    "  ::set-output name=a::b",
    "\t::add-mask::x",
    "::stop-commands::t",
    "##[error]x",
    "see ##[group]x",
    "##vso[task.setvariable]x",
    "##teamcity[buildStop]",
  ])("takes %j for no command", (line) => {
    for (const shown of [withoutCommand(line), errorLine(line), netted(`a\n${line}\n`, false)]) {
      expect(shown).not.toMatch(/^\s*::/m);
      expect(shown).not.toMatch(/##(\[|vso|teamcity\[)/);
    }
  });

  test("takes none behind any white space of Unicode for a command", () => {
    const spaces = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code)).filter(
      (one) => /[\s\p{Z}\u0085\u180e\u200b]/u.test(one) && one !== "\n",
    );
    expect(spaces.length).toBeGreaterThan(20);
    for (const space of spaces) {
      const line = `${space} ${space}::error title=x::y`;
      for (const shown of [withoutCommand(line), errorLine(line), netted(`a\n${line}\n`, false)]) {
        expect(shown).not.toMatch(/^[\s\u0085\u180e\u200b]*::/m);
      }
    }
  });

  test("keeps what is none", () => {
    for (const line of ["a::b::c", "## Results", "IPv6 ::1", "fe80::1: no answer"]) {
      expect(withoutCommand(line)).toBe(line);
    }
  });
});

describe("messages of several lines", () => {
  const said = (message: string, indent: string): string => {
    const written: string[] = [];
    const error = (text: string) => void written.push(errorLine(text));
    sayLines({ error } as Parameters<typeof sayLines>[0], message, indent);
    return written.join("");
  };

  test("are a line each, and a line from outside does not pass for one of ours", () => {
    expect(said("a.yaml:1:1: x\na.yaml:2:1: y", "")).toBe("a.yaml:1:1: x\na.yaml:2:1: y\n");
    expect(said("cannot open /mnt/a\nrun complete\n::error::z", "  ")).toBe(
      "cannot open /mnt/a\n  run complete\n  \\x3a:error::z\n",
    );
  });

  test("one sentence stays one line", () => {
    expect(errorLine("\nstopping\n")).toBe("\nstopping\n");
    expect(errorLine("NoSuchKey: a\nb\r\n")).toBe("NoSuchKey: a\\nb\\r\n");
  });
});
