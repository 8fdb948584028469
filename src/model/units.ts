/**
 * The data types of the project: types as plain data, units and errors. Nothing here imports
 * another directory or does I/O. Read plans (`plan/plan.ts`) and runs (`run/run.ts`) first.
 * Operations are the rows of `plan/operation-rows.ts`, target kinds those of
 * `target/kind-rows.ts`. This file parses and formats quantities.
 */

/** The value of a text in base units, or one sentence that describes the problem. */
export type Quantity = { readonly value: number } | { readonly problem: string };

interface ReadUnits {
  /** With its article, for use after "expected". */
  readonly noun: string;
  readonly example: string;
  /** Base units per unit. */
  readonly units: Readonly<Record<string, bigint>>;
  /** Base unit that cannot be divided, in the plural; null if fractions are valid. */
  readonly whole: string | null;
  /** Invalid spellings, and the unit that they probably mean. */
  readonly meant: Readonly<Record<string, string>>;
}

const BYTE_UNITS = {
  B: 1n,
  kB: 1000n,
  KB: 1000n,
  KiB: 1024n,
  MB: 1000n ** 2n,
  MiB: 1024n ** 2n,
  GB: 1000n ** 3n,
  GiB: 1024n ** 3n,
  TB: 1000n ** 4n,
  TiB: 1024n ** 4n,
} as const;

const BYTES: ReadUnits = {
  noun: "a size",
  example: "`4096B`, `16KiB` (1024) or `16KB` (1000)",
  units: BYTE_UNITS,
  whole: "bytes",
  meant: { K: "KiB", M: "MiB", G: "GiB", T: "TiB", bytes: "B" },
};

const DURATION: ReadUnits = {
  noun: "a duration",
  example: "`250us`, `10ms`, `30s`, `2m` or `1h`",
  units: {
    ns: 1n,
    us: 1000n,
    µs: 1000n,
    ms: 1000n ** 2n,
    s: 1000n ** 3n,
    m: 60n * 1000n ** 3n,
    h: 3600n * 1000n ** 3n,
  },
  whole: "nanoseconds",
  meant: { min: "m", sec: "s", seconds: "s", minutes: "m", hours: "h", hour: "h" },
};

const RATE: ReadUnits = {
  noun: "a rate",
  example: "`3000/s`",
  units: { "/s": 1n },
  whole: null,
  meant: { "/sec": "/s", "/second": "/s", IOPS: "/s", iops: "/s" },
};

const BYTES_PER_SECOND: ReadUnits = {
  noun: "a throughput",
  example: "`125MiB/s` or `500MB/s`",
  units: Object.fromEntries(Object.entries(BYTE_UNITS).map(([unit, n]) => [`${unit}/s`, n])),
  whole: "bytes per second",
  meant: { "K/s": "KiB/s", "M/s": "MiB/s", "G/s": "GiB/s", MBps: "MB/s", MiBps: "MiB/s" },
};

/** Network bandwidth is given in bits: 1 Gb/s is 10^9 bits per second. */
const BANDWIDTH: ReadUnits = {
  noun: "a bandwidth",
  example: "`12.5Gb/s`",
  units: { "kb/s": 125n, "Mb/s": 125_000n, "Gb/s": 125_000_000n },
  whole: "bytes per second",
  meant: { Gbps: "Gb/s", Mbps: "Mb/s", "Gbit/s": "Gb/s", "Mbit/s": "Mb/s", Gigabit: "Gb/s" },
};

/** Parses a size in bytes: `16KiB` (1024), `100MB` (1000²), `1.5GiB`, `4096B`. */
export function parseBytes(input: unknown): Quantity {
  return parse(input, BYTES);
}

/** Parses a duration in nanoseconds: `250us`, `10ms`, `30s`, `2m`, `1h`. */
export function parseDurationNs(input: unknown): Quantity {
  return parse(input, DURATION);
}

/** Parses a rate in operations per second: `3000/s`. */
export function parseRate(input: unknown): Quantity {
  return parse(input, RATE);
}

/** Parses a throughput in bytes per second: `125MiB/s`. */
export function parseBytesPerSecond(input: unknown): Quantity {
  return parse(input, BYTES_PER_SECOND);
}

/** Parses a bandwidth in bytes per second: `12.5Gb/s`. */
export function parseBandwidth(input: unknown): Quantity {
  return parse(input, BANDWIDTH);
}

/** Regular expressions (source text) of the texts that the parsers accept, for JSON Schemas. */
export const UNIT_PATTERNS = {
  bytes: pattern(BYTES),
  durationNs: pattern(DURATION),
  rate: pattern(RATE),
  bytesPerSecond: pattern(BYTES_PER_SECOND),
  bandwidth: pattern(BANDWIDTH),
} as const;

function pattern(dimension: ReadUnits): string {
  return `^[0-9]+(\\.[0-9]+)? ?(${Object.keys(dimension.units).join("|")})$`;
}

/** Maximum digits of a number; arithmetic on longer numbers is slow. */
const MAX_DIGITS = 60;

function parse(input: unknown, dimension: ReadUnits): Quantity {
  const expected = `expected ${dimension.noun} with a unit such as ${dimension.example}`;
  if (typeof input === "number") return { problem: bareNumber(String(input), dimension) };
  if (typeof input !== "string") return { problem: expected };
  const match = /^([0-9]+)(?:\.([0-9]+))? ?(\D*)$/.exec(input.trim());
  if (match === null) return { problem: `${expected}, got \`${input}\`` };
  const [, whole = "", fraction = "", unit = ""] = match;
  if (whole.length + fraction.length > MAX_DIGITS) {
    const digits = whole.length + fraction.length;
    return { problem: `expected a number of at most ${MAX_DIGITS} digits, got ${digits} digits` };
  }
  if (unit === "") return { problem: bareNumber(input.trim(), dimension) };
  const scale = Object.hasOwn(dimension.units, unit) ? dimension.units[unit] : undefined;
  if (scale === undefined) {
    const near = nearUnit(unit, dimension);
    const hint = near === null ? "" : `; did you mean \`${input.trim().replace(unit, near)}\`?`;
    return { problem: `invalid unit \`${unit}\`; ${expected}${hint}` };
  }
  return scaled(input, scale, BigInt(whole + fraction), fraction.length, dimension);
}

/**
 * Computes the value exactly with integers, then rounds it: 1.2 TiB, a size of file systems, is not
 * a whole number of bytes. A fraction of a byte or of a nanosecond, as in `1.5B`, is an error.
 */
function scaled(
  input: string,
  scale: bigint,
  digits: bigint,
  places: number,
  d: ReadUnits,
): Quantity {
  const denominator = 10n ** BigInt(places);
  const numerator = digits * scale;
  if (numerator / denominator > BigInt(Number.MAX_SAFE_INTEGER)) {
    return { problem: `expected less than 2^53 base units, got \`${input}\`` };
  }
  if (d.whole === null) return { value: Number(numerator) / Number(denominator) };
  if (scale === 1n && numerator % denominator !== 0n) {
    return { problem: `expected a whole number of ${d.whole}, got \`${input}\`` };
  }
  return { value: Number((2n * numerator + denominator) / (2n * denominator)) };
}

function bareNumber(text: string, dimension: ReadUnits): string {
  const lead = `the number ${text} has no unit; expected ${dimension.noun} such as `;
  if (dimension === BYTES) {
    const bytes = Number(text);
    const even = bytes > 0 && bytes % 1024 === 0;
    return `${lead}\`${text}B\` or \`${even ? `${bytes / 1024}KiB` : `${text}KiB`}\``;
  }
  if (dimension === DURATION) return `${lead}\`${text}s\` or \`${text}ms\``;
  if (dimension === BANDWIDTH) return `${lead}\`${text}Gb/s\``;
  if (dimension === RATE) return `${lead}\`${text}/s\``;
  return `${lead}\`${text}B/s\` or \`${text}MiB/s\``;
}

function nearUnit(unit: string, dimension: ReadUnits): string | null {
  const meant = Object.hasOwn(dimension.meant, unit) ? dimension.meant[unit] : undefined;
  if (meant !== undefined) return meant;
  const folded = unit.toLowerCase();
  const near = Object.keys(dimension.units).find((known) => known.toLowerCase() === folded);
  return near ?? null;
}

/** Dimension of a number, which determines its unit in texts. */
export type Dimension = "count" | "bytes" | "bytes-per-second" | "bits-per-second";

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/**
 * Formats a number in base units for a sentence: `90,000`, `500 GiB`, `250 MiB/s`, `12.5 Gb/s`. A
 * throughput is in MiB/s if it is a multiple of 0.25 MiB/s, like that of volumes, otherwise in
 * MB/s. The value for `bits-per-second` is in bytes per second, like every throughput.
 */
export function amountWords(value: number, dimension: Dimension): string {
  switch (dimension) {
    case "count":
      return digits(value);
    case "bytes":
      return bytesWords(value);
    case "bytes-per-second": {
      const binary = (value / 2 ** 18) % 1 === 0;
      return `${digits(value / (binary ? 2 ** 20 : 1e6))} ${binary ? "MiB/s" : "MB/s"}`;
    }
    case "bits-per-second":
      return `${digits((value * 8) / 1e9)} Gb/s`;
  }
}

function bytesWords(bytes: number): string {
  // Use a larger unit only if two decimals are exact: 1,200 GiB is not a round number of TiB.
  let at = 0;
  while (at + 1 < BINARY.length && bytes >= 1024 ** (at + 1)) at++;
  while (at > 0 && ((bytes / 1024 ** at) * 100) % 1 !== 0) at--;
  return `${digits(bytes / 1024 ** at)} ${BINARY[at]}`;
}

function digits(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
}

/** Formats an elapsed time, `10.6 s`, or `250 ms` below one second; rounded down. */
export function elapsedText(ns: number): string {
  return ns < 1e9 ? `${Math.floor(ns / 1e6)} ms` : `${(Math.floor(ns / 1e8) / 10).toFixed(1)} s`;
}
