/** An answer that is no HTTP/1.1, with the code that Node's own parser (llhttp) has for it. */
export class MalformedAnswer extends Error {
  override readonly name = "MalformedAnswer";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
