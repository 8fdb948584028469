import fc from "fast-check";

/** Texts that have broken parsers, theirs and ours. */
const TOKENS: readonly string[] = [
  ...["A", "ASSAY_A", "A:-", "A:-1", "HOME", "", "DB_PASSWORD", "ASSAY_TOKEN:-x"].map(
    (name) => `$\{${name}}`,
  ),
  ...[
    "$\u007b",
    "$$\u007b",
    `$\{A:-$\{A:-1}}`,
    "$",
    "}",
    "{",
    "[",
    "]",
    "\\",
    "\\\\",
    "\\x",
    "'",
    '"',
    "`",
    "|",
    ">",
  ],
  ...["env: [A, DB_PASSWORD, AWS_SECRET_ACCESS_KEY]\n", `$\{AWS_SECRET_ACCESS_KEY}`],
  ...["&a ", "*a", "<<: *a", "? ", "!!binary ", "!!js/function ", "!!set ", "%YAML 1.1\n", "---\n"],
  ...["- ", ": ", ",", "#", "\t", "\r", "\n", "\r\n", "\0", "\u0007", "\u001b[2J", "\u009b31m"],
  ...["\u202e", "\u200b", "\ufeff", "\ud800", "é", "𝔘", "İ", "ß", "\\u{110000}", "...\n"],
  ...["0", "-0", "-1", "1e999", "1e-999", "0x10", "0o17", "1_000", ".nan", ".inf", "-.inf", "NaN"],
  ...[
    "9007199254740993",
    "99999999999999999999GiB",
    "1.7976931348623157e308",
    "0.1ns",
    "1y",
    "5 s",
  ],
  ...[
    "null",
    "~",
    "true",
    "no",
    "[]",
    "{}",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
  ],
  ...["../", "/", "//", "file:///etc/passwd", "s3://", "s3://b/p", "http://[::1", "=", "==", "<"],
  ...["<=", "!=", "&&", "||", "?", "%", "@", "::error::", "<script>", "](x)"],
];

/** Most characters that one repetition of a token adds. */
const MAX_REPEATED = 20_000;

type Edit =
  | {
      readonly do: "insert" | "replace";
      readonly at: number;
      readonly span: number;
      readonly text: string;
    }
  | { readonly do: "delete" | "double"; readonly at: number; readonly span: number }
  | { readonly do: "swap"; readonly at: number; readonly with: number }
  | { readonly do: "value"; readonly at: number; readonly text: string };

const place = fc.nat(1_000_000);
const span = fc.oneof({ weight: 4, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.nat(2000) });

const repeated = fc
  .tuple(fc.constantFrom(...TOKENS), fc.integer({ min: 1, max: 14 }))
  .map(([token, power]) => token.repeat(Math.min(2 ** power, MAX_REPEATED / token.length)));

/** A text that a parser may not like. */
export const hostileText = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...TOKENS) },
  { weight: 6, arbitrary: fc.string({ unit: "binary", maxLength: 24 }) },
  { weight: 6, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 24 }) },
  { weight: 3, arbitrary: fc.double().map(String) },
  { weight: 1, arbitrary: repeated },
);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    do: fc.constant("insert" as const),
    at: place,
    span: fc.constant(0),
    text: hostileText,
  }),
  fc.record({ do: fc.constant("replace" as const), at: place, span, text: hostileText }),
  fc.record({ do: fc.constantFrom("delete" as const, "double" as const), at: place, span }),
  fc.record({ do: fc.constant("swap" as const), at: place, with: place }),
  fc.record({ do: fc.constant("value" as const), at: place, text: hostileText }),
);

/** Mostly one change: what is read further only if the rest is right shows with few of them. */
const edits = fc.oneof(
  { weight: 3, arbitrary: fc.array(edit, { minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.array(edit, { minLength: 2, maxLength: 6 }) },
);

/** Valid texts with a few changes each, and some that were never valid. */
export function textLike(bases: readonly string[]): fc.Arbitrary<string> {
  const changed = fc
    .tuple(fc.constantFrom(...bases), edits)
    .map(([base, changes]) => changes.reduce(changedBy, base));
  return fc.oneof(
    { weight: 19, arbitrary: changed },
    {
      weight: 1,
      arbitrary: fc.array(hostileText, { maxLength: 12 }).map((parts) => parts.join("")),
    },
  );
}

function changedBy(text: string, change: Edit): string {
  if (change.do === "swap" || change.do === "value") return lineChangedBy(text, change);
  const at = change.at % (text.length + 1);
  const end = at + change.span;
  const rest = text.slice(end);
  switch (change.do) {
    case "double":
      return text.slice(0, end) + text.slice(at, end) + rest;
    case "delete":
      return text.slice(0, at) + rest;
    default:
      return text.slice(0, at) + change.text + rest;
  }
}

function lineChangedBy(text: string, change: Extract<Edit, { do: "swap" | "value" }>): string {
  const lines = text.split("\n");
  const at = change.at % lines.length;
  const line = lines[at] ?? "";
  if (change.do === "swap") {
    const other = change.with % lines.length;
    lines[at] = lines[other] ?? "";
    lines[other] = line;
  } else {
    // Behind one of the colons or equals signs, up to what ends a value there.
    const ends = [...line.matchAll(/[:=]\s?/g)].map((match) => match.index + match[0].length);
    const from = ends[change.at % Math.max(1, ends.length)] ?? 0;
    const value = /^[^,}\]]*/.exec(line.slice(from))?.[0] ?? "";
    lines[at] = line.slice(0, from) + change.text + line.slice(from + value.length);
  }
  return lines.join("\n");
}
