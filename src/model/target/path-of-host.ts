import type { TargetSpec } from "./target.ts";

/**
 * Target as a host reaches it, with its own path, if mounts differ between hosts.
 *
 * @param host name of the host in the list of the run; null without hosts: the default path
 */
export function targetFor(spec: TargetSpec, host: string | null): TargetSpec {
  const { pathByHost, ...rest } = spec;
  if (pathByHost === undefined) return spec;
  const { address } = rest;
  const path = host === null ? undefined : pathFor(pathByHost, host);
  if (path === undefined || !("path" in address)) return rest;
  return { ...rest, address: { ...address, path } };
}

/** Hosts that a target names but the list of the run does not: possibly misspelled names. */
export function unlistedHosts(spec: TargetSpec, hosts: readonly string[]): readonly string[] {
  const listed = new Set(hosts.flatMap((host) => [host, bareName(host)]));
  return Object.keys(spec.pathByHost ?? {}).filter((name) => !listed.has(name));
}

/** Path by the name as the user gave it, or without the user: `node-1` of `ec2-user@node-1`. */
function pathFor(paths: Readonly<Record<string, string>>, host: string): string | undefined {
  const name = [host, bareName(host)].find((one) => Object.hasOwn(paths, one));
  return name === undefined ? undefined : paths[name];
}

function bareName(host: string): string {
  return host.slice(host.lastIndexOf("@") + 1);
}
