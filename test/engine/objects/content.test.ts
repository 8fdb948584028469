import fc from "fast-check";
import { expect, test } from "vitest";
import { ObjectContent } from "../../../src/engine/objects/content.ts";
import { makeContent } from "../../../src/storage/content/content.ts";
import { layOut } from "../../../src/storage/content/layout.ts";
import { filesPlan } from "../../storage/support.ts";

const PLAIN = { compressible: 1, dedupable: 1, verifiable: false };
const KINDS = [
  PLAIN,
  { ...PLAIN, compressible: 2 },
  { ...PLAIN, dedupable: 3 },
  { ...PLAIN, verifiable: true },
];

test.each(KINDS)(
  "bytes as they were prepared are right in any pieces, others are not: %j",
  (data) => {
    const plan = { ...filesPlan({ count: 3, size: { kind: "fixed", bytes: 20_000 } }), data };
    const location = layOut(plan, "d");
    const prepared = makeContent(plan, location);
    const content = new ObjectContent(location);
    const range = fc.tuple(
      fc.nat({ max: 2 }),
      fc.nat({ max: 19_000 }),
      fc.integer({ min: 1, max: 1000 }),
    );
    const cuts = fc.array(fc.nat({ max: 1000 }), { maxLength: 4 });
    fc.assert(
      fc.property(range, cuts, fc.nat(), ([file, offset, length], points, spoilt) => {
        const bytes = Buffer.alloc(length);
        prepared.fill(bytes, file, offset);
        const ends = [...points.filter((point) => point < length).sort((a, b) => a - b), length];
        const check = (): string => {
          content.begin(file, offset);
          let from = 0;
          for (const to of ends) {
            const problem = content.check(bytes, from, to);
            if (problem !== null) return problem.message;
            from = to;
          }
          return "";
        };
        expect(check()).toBe("");
        const at = spoilt % length;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        expect(check()).toContain(`byte ${offset + at} of `);
      }),
    );
  },
);
