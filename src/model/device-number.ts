/**
 * `major:minor` of the `rdev` that `stat` gives, in Linux's encoding: minor bits 0 to 7 and 20 to
 * 31, major bits 8 to 19 (sys/sysmacros.h). By division, as `rdev` may exceed 32 bits.
 */
export function deviceNumberOf(rdev: number): string {
  const low = rdev % 2 ** 32;
  const high = Math.floor(rdev / 2 ** 32);
  const major = (Math.floor(low / 2 ** 8) % 2 ** 12) + Math.floor(high / 2 ** 12) * 2 ** 12;
  const minor = (low % 2 ** 8) + Math.floor(low / 2 ** 20) * 2 ** 8 + (high % 2 ** 12) * 2 ** 20;
  return `${major}:${minor}`;
}
