import { createHash } from "node:crypto";
import type { Plan } from "../model/plan.ts";

/**
 * SHA-256 (hexadecimal) of a plan as canonical JSON: keys sorted, no white space. Title,
 * description and guide statements stay out, for words do not change the work.
 */
export function planHash(plan: Plan): string {
  const { title: _title, description: _description, guide: _guide, ...work } = plan;
  return createHash("sha256").update(canonicalJson(work)).digest("hex");
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const members = entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`);
  return `{${members.join(",")}}`;
}
