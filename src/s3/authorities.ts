import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";
import { messageOf, PreflightError } from "../model/fault/errors.ts";

/** Returns the default certificate authorities and a private one; empty without a private one. */
export function authorities(caPath: string | undefined): { ca?: string[] } {
  if (caPath === undefined) return {};
  try {
    const text = readFileSync(caPath, "utf8");
    new X509Certificate(text);
    return { ca: [...getCACertificates("default"), text] };
  } catch (error) {
    throw new PreflightError(
      `the certificate authority ${caPath} cannot be read (${messageOf(error)}); ` +
        "name a readable PEM file as `ca`",
    );
  }
}
