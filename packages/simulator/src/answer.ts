/** A body whose size is known before its content exists, so that a large one never has to be held in memory. */
export interface Body {
  /** The size in bytes, sent as Content-Length; Infinity for a body that announces no length, or never ends. */
  readonly bytes: number;
  /** The content from its beginning; each call starts anew. */
  chunks(): Iterable<Uint8Array>;
}

/** What a service answers, before anything is written to a socket. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

/** A body that is in memory anyway. Text becomes UTF-8. */
export function wholeBody(content: string | Uint8Array): Body {
  const bytes = Buffer.from(content);
  return { bytes: bytes.length, chunks: () => [bytes] };
}

/** The first bytes of a body; all of it when it has no more. */
export function firstBytes(body: Body, bytes: number): Body {
  return {
    bytes: Math.min(body.bytes, bytes),
    *chunks() {
      let left = bytes;
      for (const chunk of body.chunks()) {
        if (left <= 0) return;
        yield chunk.subarray(0, left);
        left -= chunk.length;
      }
    },
  };
}

/** An answer of any media type. */
export function answerWith(status: number, mediaType: string, content: string | Uint8Array): Answer {
  return { status, headers: { 'content-type': mediaType }, body: wholeBody(content) };
}

/** A JSON answer. */
export function answerJson(status: number, value: unknown): Answer {
  return answerWith(status, 'application/json', JSON.stringify(value));
}
