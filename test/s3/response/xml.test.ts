import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  escapeXml,
  FieldReader,
  readFields,
  readXml,
  XmlError,
} from "../../../src/s3/response/xml.ts";

function seen(source: string): (readonly [string, number, string])[] {
  const all: (readonly [string, number, string])[] = [];
  readXml(source, (name, depth, text) => void all.push([name, depth, text]));
  return all;
}

interface Element {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Element[];
}

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/);
const text = fc.string({ unit: "grapheme" }).filter((value) => !/[\r\ud800-\udfff]/.test(value));
const { tree } = fc.letrec<{ tree: Element; leaf: Element }>((tie) => ({
  leaf: fc.record({ name, text, children: fc.constant([]) }),
  tree: fc.oneof(
    { depthSize: "small", maxDepth: 4 },
    tie("leaf"),
    fc.record({ name, text: fc.constant(""), children: fc.array(tie("tree"), { maxLength: 4 }) }),
  ),
}));

function written({ name, text, children }: Element): string {
  if (children.length === 0 && text === "") return `<${name} a="1"/>`;
  const inside = children.map(written).join("\n");
  return `<${name} xmlns="u">${inside}${escapeXml(text)}</${name}>`;
}

function visited(element: Element, depth = 0): (readonly [string, number, string])[] {
  const below = element.children.flatMap((child) => visited(child, depth + 1));
  return [...below, [element.name, depth, element.text]];
}

describe("XML", () => {
  test("of a random tree is read back unchanged", () => {
    fc.assert(
      fc.property(tree, (element) => {
        const source = `<?xml version="1.0" encoding="UTF-8"?>\n<!-- - -->${written(element)}\n`;
        const found = seen(source).map(([name, depth, text], i) => {
          // White space between elements belongs to no element.
          const expected = visited(element)[i];
          return [name, depth, expected?.[2] === "" ? text.trim() : text];
        });
        expect(found).toEqual(visited(element));
      }),
    );
  });

  test("in pieces, split at every place, is the same", () => {
    const split = (source: string, at: number) => {
      const all: (readonly [string, number, string])[] = [];
      const reader = new FieldReader((name, depth, text) => void all.push([name, depth, text]));
      for (const piece of [source.slice(0, at), source.slice(at)]) reader.feed(piece);
      return [all, reader.end()];
    };
    const inPieces = (source: string, at: number) => {
      try {
        return split(source, at);
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(tree, text, (element, after) => {
        const source = `\ufeff<?xml version="1.0"?>\n<!-- -> -->${written(element)}${after}`;
        const whole = inPieces(source, source.length);
        for (let at = 0; at < source.length; at++) expect(inPieces(source, at)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  test("of random text ends or is rejected", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom("<a>", "</a>", "<b/>", "&amp;", "&x;", "<", ">", "t", "<!--", "-->"),
        ),
        (parts) => {
          try {
            seen(parts.join(""));
          } catch (error) {
            expect(error).toBeInstanceOf(XmlError);
          }
        },
      ),
    );
  });

  test.each([
    "",
    "text",
    "<a>",
    "</a>",
    "<a></b>",
    "<a/><b/>",
    "<a>&unknown;</a>",
    "<a>&amp</a>",
    "<a>&#xffffffff;</a>",
    "<a",
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "<a>".repeat(17) + "</a>".repeat(17),
  ])("that is not well-formed is refused: %.30j", (source) => {
    expect(() => seen(source)).toThrow(XmlError);
  });

  test("returns the fields of a response", () => {
    const source = "<Error><Code>SlowDown</Code><Message>a &lt;&#x20AC;&#62;</Message></Error>";
    expect(readFields(source)).toEqual({ "": "Error", Code: "SlowDown", Message: "a <€>" });
  });
});
