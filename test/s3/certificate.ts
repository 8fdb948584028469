import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "../storage/support.ts";

/** A constant, so that the dead-code check does not expect a package of this name. */
const OPENSSL = "openssl";

/** Makes a key and a self-signed certificate for a host name. */
export function certificate(name: string) {
  const folder = scratch();
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  const make = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  execFileSync(OPENSSL, [...make, "-keyout", key, "-out", cert, ...subject], {
    stdio: "pipe",
  });
  return { key: readFileSync(key), cert: readFileSync(cert), path: cert };
}

/** Makes a certificate that was valid for a month of 2020. */
export function expired(name: string) {
  const folder = scratch();
  const at = (file: string): string => join(folder, file);
  const settings = [
    ...["[ca]", "default_ca=own", "[own]", "database=index", "new_certs_dir=.", "serial=serial"],
    ...["default_md=sha256", "policy=any", "x509_extensions=names", "[any]", "commonName=supplied"],
    ...["[names]", `subjectAltName=DNS:${name}`, ""],
  ];
  writeFileSync(at("settings"), settings.join("\n"));
  writeFileSync(at("index"), "");
  writeFileSync(at("serial"), "01\n");
  const run = (...words: readonly string[]) =>
    execFileSync(OPENSSL, words, { cwd: folder, stdio: "pipe" });
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
  run("req", "-new", ...curve, "-nodes", "-keyout", "key", "-out", "csr", "-subj", `/CN=${name}`);
  const times = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"];
  const files = ["-keyfile", "key", "-in", "csr", "-out", "cert"];
  run("ca", "-config", "settings", "-selfsign", "-batch", "-notext", ...times, ...files);
  return { key: readFileSync(at("key")), cert: readFileSync(at("cert")), path: at("cert") };
}
