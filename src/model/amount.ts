/** What a number counts. */
export type Dimension = "count" | "bytes" | "bytes-per-second" | "bits-per-second";

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/**
 * A number in base units as a sentence says it: `90,000`, `500 GiB`, `250 MiB/s`, `12.5 Gb/s`. A
 * throughput is in MiB/s where it is a whole number of quarters of them, as volumes have it,
 * else in MB/s. `bits-per-second` is given in bytes a second, as every throughput is.
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
  // A unit larger only where nothing of the number is lost: 1,200 GiB is no round number of TiB.
  let at = 0;
  while (at + 1 < BINARY.length && bytes >= 1024 ** (at + 1)) at++;
  while (at > 0 && ((bytes / 1024 ** at) * 100) % 1 !== 0) at--;
  return `${digits(bytes / 1024 ** at)} ${BINARY[at]}`;
}

function digits(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
}
