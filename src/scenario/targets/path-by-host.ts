import type { Parsed } from "../../yaml/fields.ts";

/** A path as written: one for all hosts, or a default and others by the name of the host. */
export type PathText = string | Readonly<Record<string, string>>;

const EXPECTED =
  "expected a path, or `default` and paths by host: `{ default: /mnt/a, b: /mnt/c }`";

/** Reads a `path`; each problem is one sentence. */
export function parsePath(input: unknown): Parsed<PathText> {
  if (typeof input === "string") return { value: input };
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return { problem: EXPECTED };
  }
  const paths: Record<string, string> = {};
  for (const [host, path] of Object.entries(input)) {
    if (typeof path !== "string" || path === "") {
      return { problem: `\`${host}\`: expected a path, or leave it out` };
    }
    paths[host] = path;
  }
  if (paths.default !== undefined) return { value: paths };
  return { problem: `${EXPECTED}; \`default\` is missing` };
}

/** Path of hosts that the text does not name; undefined without a path. */
export function defaultPath(path: PathText | undefined): string | undefined {
  return typeof path === "string" ? path : path?.default;
}

/** Paths of the named hosts; null if all hosts have the same path. */
export function pathsByHost(path: PathText | undefined): Readonly<Record<string, string>> | null {
  if (path === undefined || typeof path === "string") return null;
  const { default: _, ...named } = path;
  return Object.keys(named).length === 0 ? null : named;
}
