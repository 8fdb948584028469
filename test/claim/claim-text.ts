/** A sound claim as it stands in a file, for tests that spoil it. */
export const CLAIM = `  - id: own.iops
    says: It carries what was provisioned.
    role: formula
    when: iops > 100
    of:
      kinds: [ebs-gp3]
      operations: [read]
      blockSize: { most: 16KiB }
      where: block_kib <= 16
    measure: iops
    unit: IOPS
    relation: ">="
    value: 0.9 * iops
    source: page
    examples:
      - { given: { iops: 3000 }, value: 2700 }
`;

/** A whole file of claims; the first claim's id stands in line 4. */
export function claimsFile(...claims: readonly string[]): string {
  const sources = "sources:\n  page: { title: A page, address: null, date: '2026' }\n";
  return `${sources}claims:\n${claims.join("")}`;
}
