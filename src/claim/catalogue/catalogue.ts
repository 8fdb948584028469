/**
 * The published claims and the statements of the guide, read from YAML with every mistake at its
 * line. Nothing here knows of runs. `claim-schema.ts` has the fields, `checks.ts` what does not go
 * together, `defaults.ts` what a claim need not write.
 */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Claim } from "../../model/claim/claim.ts";
import type { Statement } from "../../model/claim/statement.ts";
import { messageOf, type Problem, ScenarioError, UsageError } from "../../model/fault/errors.ts";
import { readText } from "../../yaml/file.ts";
import { nearestFew, oneOf } from "../../yaml/nearest.ts";
import { inOrder } from "../../yaml/problems.ts";
import { withPublishedLatencies } from "../caveat/published-latency.ts";
import { type ClaimsRead, readClaims } from "./claims-file.ts";
import { readStatements } from "./statements.ts";

const SHIPPED = fileURLToPath(new URL("../../../scenarios/claims/", import.meta.url));
const GUIDE = "guide.yaml";

/** Published figures, and the statements of the guide that they decide. */
export interface Catalogue {
  /** By file name, then in the order they are written. */
  readonly claims: readonly Claim[];
  readonly statements: readonly Statement[];
}

/**
 * Reads every YAML file of a folder: `guide.yaml` holds the statements, the others claims.
 *
 * @throws ScenarioError with every mistake of every file as file:line:column.
 */
export async function loadCatalogue(folder: string = SHIPPED): Promise<Catalogue> {
  const names = await yamlFiles(folder);
  const files = await Promise.all(
    names.map(async (name) => ({
      name,
      path: join(folder, name),
      text: await readText(join(folder, name)),
    })),
  );
  const read = files
    .filter(({ name }) => name !== GUIDE)
    .map(({ path, text }) => ({ path, ...readClaims(path, text) }));
  const claims = read.flatMap((file) => file.claims);
  const problems = read.flatMap((file) => inOrder(file.problems, file.path));
  const named = read.flatMap((file) => file.places);
  problems.push(...twice(named));
  const guide = files.find(({ name }) => name === GUIDE);
  const {
    statements,
    places,
    problems: wrong,
  } = guide === undefined
    ? { statements: [], places: [], problems: [] }
    : readStatements(guide.path, guide.text);
  problems.push(...wrong);
  const ids = named.map(({ id }) => id);
  // Where a whole file could not be read, that its ids are unknown is an echo.
  if (read.every((file) => file.places.length > 0)) {
    for (const { id, place } of places) {
      if (!ids.includes(id)) problems.push({ ...place, message: unknownClaim(id, ids) });
    }
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  return { claims: withPublishedLatencies(claims), statements };
}

const STATEMENT = /^g\d+$/i;

/**
 * The claims that ids name, those of a statement of the guide by its id. Throws UsageError with the
 * nearest ids for one that there is not.
 */
export function claimsNamed(catalogue: Catalogue, ids: readonly string[]): readonly Claim[] {
  const { claims, statements } = catalogue;
  const named = ids.flatMap((id) => {
    const statement = statements.find((one) => one.id === id.toUpperCase());
    if (statement === undefined && STATEMENT.test(id)) {
      const [first, last] = [statements[0]?.id, statements.at(-1)?.id];
      throw new UsageError(`there is no statement \`${id}\`, expected ${first} to ${last}`);
    }
    if (statement === undefined) return [claimNamed(claims, id)];
    return statement.claims.map((claim) => claimNamed(claims, claim));
  });
  return [...new Set(named)];
}

/** The claim of an id. Throws UsageError with the nearest ones where there is none. */
export function claimNamed(claims: readonly Claim[], id: string): Claim {
  const found = claims.find((claim) => claim.id === id);
  if (found !== undefined) return found;
  throw new UsageError(
    unknownClaim(
      id,
      claims.map((claim) => claim.id),
    ),
  );
}

function unknownClaim(id: string, ids: readonly string[]): string {
  const known = [...new Set(ids)];
  // Who stops short of the end means what goes on from there.
  const longer = known.filter((one) => one.startsWith(id));
  const near = [...new Set([...longer, ...nearestFew(id, known, 3)])].slice(0, 3);
  const hint = near.length === 0 ? "there are no claims" : `the nearest are ${oneOf(near)}`;
  return `there is no claim \`${id}\`, ${hint.replace("one of ", "")}`;
}

async function yamlFiles(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => /\.ya?ml$/.test(name)).sort();
  } catch (error) {
    const expected = "expected a folder of YAML files";
    const message = `the claims cannot be read (${messageOf(error)}), ${expected}`;
    throw new ScenarioError([{ file: folder, line: 1, column: 1, message }]);
  }
}

function twice(named: ClaimsRead["places"]): readonly Problem[] {
  return named.flatMap(({ id, place }, index) => {
    const first = named.findIndex((other) => other.id === id);
    const other = named[first];
    if (first === index || other === undefined) return [];
    const message = `${id} is there twice, first at ${other.place.file}:${other.place.line}`;
    return [{ ...place, message }];
  });
}
