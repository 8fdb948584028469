// @module-tag system
import { describe, expect, test } from "vitest";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import { cleanTarget, findLeftovers, openTarget } from "../../../src/storage/index.ts";
import { type Answer, type Asked, xml } from "../../engine/objects/object-store.ts";
import { checkReport, FOREIGN, ownOf, useKeys, withLeftover } from "../faulty-run.ts";
import { startFaultyStore } from "./faulty-store.ts";
import { optionsOf, specOf } from "./run.ts";

useKeys();

const isData = ({ query }: Asked) => (query.get("prefix") ?? "").includes("assay-r1/");
let count = 0;

/** An entry of a listing, by the listing's root. */
function entry(root: string, key: string, size: number): string {
  const kinds = new Map([
    ["ListVersionsResult", "Version"],
    ["ListMultipartUploadsResult", "Upload"],
  ]);
  const kind = kinds.get(root) ?? "Contents";
  const id = kind === "Upload" ? "<UploadId>u1</UploadId>" : `<Size>${size}</Size>`;
  return `<${kind}><Key>${key}</Key>${id}<VersionId>v1</VersionId></${kind}>`;
}

const truncated = (next: string) => `<IsTruncated>true</IsTruncated>${next}`;
const token = (value: string) =>
  `<NextContinuationToken>${value}</NextContinuationToken><NextKeyMarker>${value}</NextKeyMarker>`;

/** Invalid or endless listings; `root` is the requested one. */
const LISTINGS: readonly (readonly [string, (root: string, asked: Asked) => Answer])[] = [
  ["the same token for ever", (root) => xml(root, truncated(token("same")))],
  ["new tokens for ever", (root) => xml(root, truncated(token(`t${count++}`)))],
  ["truncated without a token", (root) => xml(root, truncated(""))],
  [
    "the same page without end",
    (root, { query }) => {
      const page = entry(root, `${query.get("prefix")}zz`, 1);
      return xml(root, truncated(token(`t${count++}`)) + page);
    },
  ],
  ["an HTML page", () => ({ text: "<html><body>Please log in</body></html>" })],
  ["an empty body", () => ({ text: "" })],
  ["another root", () => xml("Error", "<Code>InternalError</Code>")],
  ["no XML", () => ({ text: "OK" })],
  [
    "an entity bomb",
    (root) => ({
      text: `<!DOCTYPE l [<!ENTITY a "&a;&a;">]><${root}><Prefix>&a;</Prefix></${root}>`,
    }),
  ],
  ["deep nesting", (root) => xml(root, "<a>".repeat(200_000) + "</a>".repeat(200_000))],
  [
    "400,000 entries",
    (root, { query }) => xml(root, entry(root, `${query.get("prefix")}x`, 1).repeat(400_000)),
  ],
  ["keys of others", (root) => xml(root, entry(root, "precious/data", 1))],
  [
    "a key above",
    (root, { query }) => xml(root, entry(root, `${query.get("prefix")}`.slice(0, 3), 1)),
  ],
  ["a negative size", (root, { query }) => xml(root, entry(root, `${query.get("prefix")}x`, -5))],
];

const ROOTS = {
  "GET ?list-type": "ListBucketResult",
  "GET ?uploads": "ListMultipartUploadsResult",
  "GET ?versions": "ListVersionsResult",
} as const;

describe.each(Object.entries(ROOTS))("response to %s", (what, root) => {
  const versioned = what === "GET ?versions";

  test.each(LISTINGS)("%s: clean ends and reports what remains", async (name, answer) => {
    await using store = await withLeftover(versioned);
    store.fault = (asked) => (asked.what === what && isData(asked) ? answer(root, asked) : null);
    const requests = store.asked.length;
    const report = await cleanTarget(specOf(store.address), "r1");
    expect(store.asked.length - requests).toBeLessThan(600);
    checkReport(store, report);
    const words = [...report.left, ...(report.notes ?? [])].join(" ");
    // An upload has no size.
    if (what !== "GET ?uploads" || name !== "a negative size") {
      expect(words).toMatch(/list|S3|InternalError/);
    }
    // Keys are known without a listing, versions are not.
    if (!versioned) expect(ownOf(store)).toEqual([]);
    else expect(report.left.join(" ")).not.toBe("");
  });
});

test.each(LISTINGS)("open rejects listings with %s and writes nothing", async (_, answer) => {
  await using store = await startFaultyStore();
  for (const [key, text] of FOREIGN) store.objects.set(key, text);
  store.fault = (asked) =>
    asked.what === "GET ?list-type" ? answer("ListBucketResult", asked) : null;
  const opened = openTarget(specOf(store.address), optionsOf("r1"));
  await expect(opened).rejects.toBeInstanceOf(PreflightError);
  expect(store.objects).toEqual(FOREIGN);
  await expect(findLeftovers(specOf(store.address))).rejects.toBeInstanceOf(PreflightError);
});
