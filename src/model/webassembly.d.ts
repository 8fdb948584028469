/**
 * The part of WebAssembly this project uses: the DOM library that types it would allow too much.
 */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }
}
