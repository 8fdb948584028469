import { Random } from "../../model/random/random.ts";

/**
 * A shuffled order of 0 … count - 1 without memory: a Feistel network over a table of rows and
 * columns slightly larger than the count, repeated for results out of range (J. Black and
 * P. Rogaway, Ciphers with Arbitrary Finite Domains, CT-RSA 2002). Each number occurs exactly once,
 * because every round is invertible for any round function. At most 2^53 numbers.
 */
export class Permutation {
  private readonly count: number;
  /** A power of two, so that columns are combined by exclusive or. */
  private readonly columns: number;
  private readonly rows: number;
  private readonly perColumn: number;
  private keyA = 0;
  private keyB = 0;
  private keyC = 0;
  private keyD = 0;

  constructor(count: number, seed: number, stream: number) {
    this.count = count;
    this.columns = 2 ** Math.ceil(Math.log2(Math.max(1, count)) / 2);
    this.perColumn = 1 / this.columns;
    this.rows = Math.ceil(count / this.columns);
    this.shuffle(seed, stream);
  }

  /** Switches to another order of the same numbers. */
  shuffle(seed: number, stream: number): void {
    const random = new Random(seed, stream);
    this.keyA = random.uint32() | 0;
    this.keyB = random.uint32() | 0;
    this.keyC = random.uint32() | 0;
    this.keyD = random.uint32() | 0;
  }

  /** The number at an index from 0 to count - 1. */
  at(index: number): number {
    const { columns, rows } = this;
    const mask = columns - 1;
    let code = index;
    do {
      let row = (code * this.perColumn) | 0;
      let column = (code - row * columns) | 0;
      column ^= scramble(row ^ this.keyA) & mask;
      row = turned(row, rows, scramble(column ^ this.keyB));
      column ^= scramble(row ^ this.keyC) & mask;
      row = turned(row, rows, scramble(column ^ this.keyD));
      code = row * columns + column;
    } while (code >= this.count);
    return code;
  }
}

/** A row shifted modulo the number of rows. */
function turned(row: number, rows: number, share: number): number {
  const next = row + (((share >>> 0) * rows * 2.3283064365386963e-10) | 0);
  return next >= rows ? next - rows : next;
}

/** The hash function `lowbias32` of C. Wellons (public domain) without its first shift. */
function scramble(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
