import type { Claim } from "../../model/claim/claim.ts";
import type { Statement } from "../../model/claim/statement.ts";
import { UsageError } from "../../model/fault/errors.ts";
import { claimNamed } from "./catalogue.ts";

const STATEMENT = /^g\d+$/i;

/**
 * The claims that ids name, those of a statement of the guide by its id. Throws UsageError with the
 * nearest ids for one that there is not.
 */
export function claimsNamed(
  catalogue: { readonly claims: readonly Claim[]; readonly statements: readonly Statement[] },
  ids: readonly string[],
): readonly Claim[] {
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
