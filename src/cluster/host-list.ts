import { readFileSync } from "node:fs";
import { messageOf, UsageError } from "../model/fault/errors.ts";
import { printable } from "../model/printable.ts";

/** A process of this host. */
interface LocalAddress {
  readonly kind: "local";
  /** `local:0` for the first. */
  readonly name: string;
}

/** A host that ssh reaches. */
export interface SshAddress {
  readonly kind: "ssh";
  /** As the user gave it, for one host: `ec2-user@node-3`. */
  readonly name: string;
  readonly host: string;
  /** Null: that of the user's ssh configuration. */
  readonly user: string | null;
  /** Null: that of the user's ssh configuration. */
  readonly port: number | null;
}

/** A host whose agent connects to a server by itself. */
export interface DialledAddress {
  readonly kind: "dialled";
  /** Until the host has joined: `rank 3`. */
  readonly name: string;
  readonly rank: number;
}

/** Address of a host of a run. */
export type HostAddress = LocalAddress | SshAddress | DialledAddress;

const MAX_HOSTS = 1000;

const FORMS = "expected a,b, user@host, node-[1-8], ssh://host:port, local:3 or @file";
const HOST_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const IPV6 = /^[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9_.-]+)?$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9_.+@\\-]*\$?$/;

/**
 * Reads the value of `--hosts`: names with a comma between them, `node-[3-8]` or `node-[01,05-12]`
 * for several, `@hosts.txt` for a file with one entry per line, `local:3` for processes here.
 * @throws UsageError for an invalid entry, or a host that is listed twice
 */
export function parseHostList(
  text: string,
  readFile: (path: string) => string = (path) => readFileSync(path, "utf8"),
): readonly HostAddress[] {
  const entries = entriesOf(text).flatMap((entry) =>
    entry.startsWith("@") ? entriesOfFile(entry.slice(1), readFile) : [entry],
  );
  if (entries.length === 0) throw new UsageError(`--hosts names no host; ${FORMS}`);
  const addresses = entries.flatMap((entry) => addressesOf(entry));
  if (addresses.length > MAX_HOSTS) throw tooMany(addresses.length);
  const seen = new Set<string>();
  for (const address of addresses) {
    const key = address.kind === "ssh" ? `${address.host}:${address.port ?? ""}` : address.name;
    if (seen.has(key)) throw new UsageError(`--hosts names ${address.name} twice; list it once`);
    seen.add(key);
  }
  return addresses;
}

/** Addresses of the agents of a run: one per rank. */
export function dialledAddresses(agents: number): readonly DialledAddress[] {
  return Array.from({ length: agents }, (_, rank) => ({
    kind: "dialled",
    name: `rank ${rank}`,
    rank,
  }));
}

function tooMany(count: number): UsageError {
  return new UsageError(`--hosts names ${count} hosts; at most ${MAX_HOSTS} are possible`);
}

/** Splits at commas outside of brackets. */
function entriesOf(text: string): readonly string[] {
  return text
    .split(/,(?![^[]*\])/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

function entriesOfFile(path: string, readFile: (path: string) => string): readonly string[] {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    throw new UsageError(`--hosts: cannot read ${printable(path)}: ${messageOf(error)}`);
  }
  const lines = text.split("\n").map((line) => line.replace(/(^|\s)#.*$/, ""));
  const entries = lines.flatMap(entriesOf);
  const nested = entries.find((entry) => entry.startsWith("@"));
  if (nested !== undefined) {
    throw new UsageError(`${printable(path)}: ${printable(nested)}: a list cannot name a file`);
  }
  return entries;
}

function addressesOf(entry: string): readonly HostAddress[] {
  const local = /^local(?::(.*))?$/.exec(entry);
  if (local === null) return expand(entry, entry).map(sshAddress);
  const count = Number(local[1]);
  if (!/^\d{1,4}$/.test(local[1] ?? "") || count === 0) {
    throw invalid(entry, "local needs a number of processes, such as local:3");
  }
  return Array.from({ length: count }, (_, index) => ({ kind: "local", name: `local:${index}` }));
}

/** Returns one name per number of `[3-8]`; brackets with a colon hold an IPv6 address. */
function expand(text: string, entry: string): readonly string[] {
  const found = /^([^[\]]*(?:\[[^\]]*:[^\]]*\][^[\]]*)*)\[([^\]:]*)\](.*)$/s.exec(text);
  if (found === null) return [text];
  const [, before = "", numbers = "", after = ""] = found;
  const names = numbers.split(",").flatMap((range) => numbersOf(range.trim(), entry));
  const ends = expand(after, entry);
  if (names.length * ends.length > MAX_HOSTS) throw tooMany(names.length * ends.length);
  return names.flatMap((name) => ends.map((end) => before + name + end));
}

/** Returns the numbers of `7` or `03-12`, with as many digits as the first one. */
function numbersOf(range: string, entry: string): readonly string[] {
  const [, from = "", to = from] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(range) ?? [];
  if (from === "") throw invalid(entry, "brackets need numbers, such as [1-8] or [1,3]");
  const count = Number(to) - Number(from) + 1;
  if (count < 1) throw invalid(entry, `${range} begins above its end`);
  if (count > MAX_HOSTS) throw tooMany(count);
  return Array.from({ length: count }, (_, index) =>
    String(Number(from) + index).padStart(from.length, "0"),
  );
}

function sshAddress(name: string): SshAddress {
  const [, scheme, rest = ""] = /^(ssh:\/\/)?(.*)$/s.exec(name) ?? [];
  const at = rest.lastIndexOf("@");
  const user = at === -1 ? null : rest.slice(0, at);
  if (user !== null && !USER.test(user)) throw invalid(name, "the user is invalid");
  const place = rest.slice(at + 1);
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(place) ?? [
    undefined,
    undefined,
    place,
  ];
  if (port !== undefined && scheme === undefined) {
    throw invalid(name, `a port needs the form ssh://${place}`);
  }
  const host = bracketed ?? plain ?? "";
  const fits = bracketed === undefined ? HOST_NAME.test(host) || IPV6.test(host) : IPV6.test(host);
  if (!fits) throw invalid(name, hostProblem(host));
  const number = port === undefined ? null : Number(port);
  if (number !== null && (number < 1 || number > 65_535)) throw invalid(name, "no such port");
  return { kind: "ssh", name, host, user, port: number };
}

function hostProblem(host: string): string {
  if (host === "") return "the host is missing";
  return host.startsWith("-")
    ? "a host cannot begin with -, because ssh would read it as an option"
    : "the host is invalid";
}

function invalid(entry: string, problem: string): UsageError {
  return new UsageError(`--hosts: ${printable(entry)}: ${problem}; ${FORMS}`);
}
