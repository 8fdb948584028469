import { createRequire } from "node:module";
import type * as LogUpdate from "log-update";
import { textWidth } from "../../model/text-width.ts";
import type { Terminal } from "../console.ts";

/**
 * Lines at the bottom of a terminal that are drawn again and again. Every line has to be narrower
 * than the terminal, and there have to be fewer of them than the terminal has rows.
 */
export class Block {
  private readonly terminal: Terminal;
  private readonly update: ReturnType<typeof LogUpdate.createLogUpdate>;
  private widest = 0;
  private drawn = false;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
    // Loaded here, because most commands of a script have no terminal to draw on.
    const { createLogUpdate } = createRequire(import.meta.url)("log-update") as typeof LogUpdate;
    // The cursor stays visible: a process that is killed leaves the terminal as it was.
    this.update = createLogUpdate(terminal, { showCursor: true });
  }

  draw(lines: readonly string[]): void {
    // A narrower terminal has wrapped the old lines, so their number of rows is unknown.
    if (this.widest > this.terminal.columns) this.leave();
    this.update(lines.join("\n"));
    this.widest = Math.max(0, ...lines.map((line) => textWidth(line)));
    this.drawn = lines.length > 0;
  }

  /** Erases the block, so that a message can be written in its place. */
  clear(): void {
    if (this.drawn) this.update.clear();
    this.forget();
  }

  /** Leaves the block where it is and draws the next one below. */
  leave(): void {
    this.update.done();
    this.forget();
  }

  private forget(): void {
    this.widest = 0;
    this.drawn = false;
  }
}
