/** Cells of the Int32Array that the main thread and the watching thread share. */
export const CELL = {
  /** Increases while the main thread runs. */
  beat: 0,
  /** 1 once the command has ended. */
  ended: 1,
  /** 1 while the thread loads koffi or has replaced signal actions. */
  changed: 2,
  /** 1 while an asynchronous call to storage does not return. */
  stuck: 3,
  count: 4,
} as const;

/** Printable texts of the thread's message. */
export interface WatchWords {
  /** Paths of the targets. */
  readonly where: string;
  /** Clause on data left in the targets and how to remove it; null if there is none. */
  readonly left: string | null;
}
