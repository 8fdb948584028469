/** What the main thread and the one that watches it share: cells of an Int32Array. */
export const CELL = {
  /** Counts on while the main thread goes on. */
  beat: 0,
  /** 1 once the command has ended. */
  ended: 1,
  /** 1 while the thread loads koffi, or has changed what signals do. */
  changed: 2,
  count: 3,
} as const;

/** What the thread says, as printable text. */
export interface WatchWords {
  /** Where the storage is that is used. */
  readonly where: string;
  /** What may be left in it, and how it is removed; null: nothing. */
  readonly left: string | null;
}
