/** A secret as it may be in a text: as it is, encoded for a URL, in base64 and base64url. */
export function secretForms(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const base64 = bytes.toString("base64").replace(/=+$/, "");
  return [value, encodeURIComponent(value.toWellFormed()), base64, bytes.toString("base64url")];
}
