import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Larger than any interim answer, whose head is all there is of it. */
const largestHeadBytes = 16_384;
const interimHead = /^HTTP\/1\.[01] (1\d\d)(?: [^\r\n]*)?\r\n(?:[^\r\n]+\r\n)*\r\n/;
const beginningsOfInterimHead = ['HTTP/1.1 1', 'HTTP/1.0 1'];

/**
 * Takes every unsolicited `100 Continue` out of what a connection receives, where an answer begins. RFC 9110,
 * 15.2 has a client skip it, but undici 8 ends the connection with "bad response"; the other interim answers it skips.
 *
 * That an answer begins follows from undici's diagnostics channel, which says when a request leaves on a connection: one
 * connection carries one request at a time. Undici reads with `read()`, so that is where the bytes are taken out.
 */
export function skipContinue<T extends Socket>(socket: T): T {
  listenForRequests();
  const filter = new ContinueFilter();
  filters.set(socket, filter);
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  socket.read = (size?: number): Buffer | null => {
    const chunk = read(size);
    return chunk === null ? null : filter.pass(chunk);
  };
  return socket;
}

const filters = new WeakMap<object, ContinueFilter>();
let isListening = false;

function listenForRequests(): void {
  if (isListening) return;
  isListening = true;
  subscribe('undici:client:sendHeaders', (message) => {
    filters.get((message as { readonly socket: Socket }).socket)?.expectAnswer();
  });
}

class ContinueFilter {
  #isAtBeginning = false;
  /** What arrived of a head that is not there to its end. */
  #held = Buffer.alloc(0);

  expectAnswer(): void {
    this.#isAtBeginning = true;
    this.#held = Buffer.alloc(0);
  }

  /** What is left of the next bytes; `null` when that is nothing yet. */
  pass(chunk: Buffer): Buffer | null {
    if (!this.#isAtBeginning) return chunk;
    let rest = Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    const passed: Buffer[] = [];
    for (;;) {
      const text = rest.toString('latin1', 0, largestHeadBytes);
      const [head, status] = interimHead.exec(text) ?? [];
      if (head === undefined) {
        if (mayBecomeInterim(text)) this.#held = rest;
        else {
          this.#isAtBeginning = false;
          passed.push(rest);
        }
        break;
      }
      if (status !== '100') passed.push(rest.subarray(0, head.length));
      rest = rest.subarray(head.length);
    }
    const left = Buffer.concat(passed);
    return left.byteLength === 0 ? null : left;
  }
}

/** Whether the head of an interim answer may be on its way of which this is there. */
function mayBecomeInterim(text: string): boolean {
  return (
    text.length < largestHeadBytes &&
    !text.includes('\r\n\r\n') &&
    beginningsOfInterimHead.some((beginning) => beginning.startsWith(text.slice(0, beginning.length)))
  );
}
