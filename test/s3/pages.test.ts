import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ContractError } from "../../src/s3/contract/contract.ts";
import { type EntryKind, PageCheck } from "../../src/s3/pages.ts";

/** A page of a made-up server: keys by kind, and the marker of the next page. */
interface Page {
  readonly keys: readonly string[];
  readonly kind?: EntryKind;
  readonly truncated?: boolean | undefined;
  readonly next?: string | null;
}

/** Pages before the check ends the listing, and its error code, or "end". */
function follow(
  page: (index: number) => Page,
  rules: { ordered?: boolean; pageSize?: number; most?: number } = {},
): { readonly pages: number; readonly code: string } {
  const { ordered = true, pageSize = 1000, most = 200_000 } = rules;
  const check = new PageCheck({ prefix: "p/", ordered, pageSize });
  for (let i = 0; i < most; i++) {
    const made = page(i);
    const { keys, kind = "object", next = `t${i}` } = made;
    const truncated = "truncated" in made ? made.truncated : true;
    try {
      for (const key of keys) check.entry(key, kind);
      if (!check.page(truncated, next)) return { pages: i + 1, code: "end" };
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      return { pages: i + 1, code: error.code };
    }
  }
  return { pages: most, code: "endless" };
}

const name = (index: number) => `p/${String(index).padStart(9, "0")}`;

describe("a listing ends for every sequence of pages", () => {
  test.each<[string, (index: number) => Page, { ordered?: boolean; pageSize?: number }, object]>([
    ["the same token again", () => ({ keys: [], next: "same" }), {}, { pages: 2, code: "ELOOP" }],
    [
      "tokens in a cycle",
      (i) => ({ keys: [name(i)], next: `t${i % 7}` }),
      {},
      { pages: 8, code: "ELOOP" },
    ],
    ["new tokens, same keys", () => ({ keys: [name(1)] }), {}, { pages: 2, code: "ELOOP" }],
    ["new tokens, no keys", () => ({ keys: [] }), {}, { pages: 101, code: "ELOOP" }],
    [
      "same keys, unordered",
      (i) => ({ keys: [name(9 - (i % 5)), name(1)] }),
      { ordered: false },
      { pages: 6, code: "ELOOP" },
    ],
    ["keys that go back", (i) => ({ keys: [name(9 - i)] }), {}, { pages: 2, code: "ELOOP" }],
    [
      "versions of one key",
      () => ({ keys: [name(1)], kind: "version" }),
      {},
      { pages: 10_002, code: "ELOOP" },
    ],
    ["truncated, no token", () => ({ keys: [name(1)], next: null }), {}, { code: "EPROTO" }],
    ["truncated, empty token", () => ({ keys: [name(1)], next: "" }), {}, { code: "EPROTO" }],
    ["a key outside", () => ({ keys: ["q/1"] }), {}, { pages: 1, code: "EPROTO" }],
    ["an empty key", () => ({ keys: [""] }), {}, { pages: 1, code: "EPROTO" }],
    [
      "400,000 entries",
      () => ({ keys: Array.from({ length: 400_000 }, (_, i) => name(i)) }),
      {},
      { pages: 1, code: "EPROTO" },
    ],
    [
      "more than asked for",
      () => ({ keys: [name(1), name(2)] }),
      { pageSize: 1 },
      { code: "EPROTO" },
    ],
    ["a key twice", () => ({ keys: [name(1), name(1)] }), {}, { pages: 1, code: "ELOOP" }],
  ])("%s", (_, page, rules, expected) => {
    expect(follow(page, rules)).toMatchObject(expected);
  });

  test("random pages end within the limits", () => {
    const entries = fc.array(fc.nat(5).map(name), { maxLength: 3 });
    const pages = fc.record({
      keys: entries,
      kind: fc.constantFrom<EntryKind>("object", "prefix"),
      truncated: fc.constantFrom(true, true, true, undefined),
      next: fc.option(fc.nat(20).map(String), { freq: 10 }),
    });
    const ordered = fc.boolean();
    fc.assert(
      fc.property(fc.array(pages, { minLength: 1, maxLength: 8 }), ordered, (list, isOrdered) => {
        const page = (index: number): Page => list[index % list.length] ?? { keys: [] };
        expect(follow(page, { ordered: isOrdered, most: 1000 }).code).not.toBe("endless");
      }),
      { numRuns: 500 },
    );
  });
});

describe("a valid listing is read to its end", () => {
  test.each<[string, readonly Page[]]>([
    ["one page", [{ keys: [name(1), name(2)], truncated: false, next: null }]],
    ["no entry", [{ keys: [], truncated: false, next: null }]],
    ["no IsTruncated and no token", [{ keys: [name(1)], truncated: undefined, next: null }]],
    [
      "an empty page between",
      [{ keys: [name(1)] }, { keys: [] }, { keys: [name(2)], truncated: false, next: null }],
    ],
    [
      "UTF-8 order that is not that of UTF-16",
      [{ keys: ["p/\uffee"] }, { keys: ["p/\u{10000}"], truncated: false, next: null }],
    ],
    [
      "versions of a key across pages",
      [
        { keys: [name(1), name(2)], kind: "version" },
        { keys: [name(2), name(2), name(3)], kind: "version", truncated: false, next: null },
      ],
    ],
  ])("%s", (_, pages) => {
    const page = (index: number): Page => pages[index] ?? { keys: [], truncated: false };
    expect(follow(page)).toEqual({ pages: pages.length, code: "end" });
  });

  test("new tokens for the same version of a key end at the second page", () => {
    const check = new PageCheck({ prefix: "p/", ordered: true });
    const page = (token: string) => {
      check.entry(name(1), "version", "v1");
      return check.page(true, token);
    };
    expect(page("a")).toBe(true);
    expect(() => page("b")).toThrow(/contains "p\/000000001" twice/);
  });

  test("IsTruncated false ends it, even with a token", () => {
    expect(follow(() => ({ keys: [name(1)], truncated: false, next: "t" }))).toEqual({
      pages: 1,
      code: "end",
    });
  });
});

describe("a page that is read again", () => {
  test.each([true, false])("may have the same entries; ordered: %s", (ordered) => {
    const check = new PageCheck({ prefix: "p/", ordered, pageSize: 2 });
    const read = (...keys: readonly number[]) => {
      for (const key of keys) check.entry(name(key), "version", "1");
    };
    read(1, 2);
    check.page(true, "next");
    read(3, 4);
    check.restart();
    read(3, 4);
    expect(check.page(true, "last")).toBe(true);
    expect(() => read(ordered ? 2 : 3)).toThrow(ContractError);
  });
});
