import type { ServerResponse } from 'node:http';
import type { Answer, Body } from './answer.ts';
import { answerJson, answerWith, firstBytes, wholeBody } from './answer.ts';
import { hangUp, pause, resetConnection, send, sendBeginning, sendInterim, sendSlowly } from './deliver.ts';
import { encoded } from './encoded.ts';
import type { Fault } from './faults.ts';
import { accepts } from './negotiation.ts';
import { receiveBeginning } from './receive.ts';

/** One request that a fault has hit. */
export interface Exchange {
  readonly response: ServerResponse;
  /** Lets the service do its work and says what it would answer. */
  readonly answer: () => Promise<Answer>;
  /** The value of the credential header, which only an echo may use. */
  readonly credential: string | undefined;
}

/** Answers a request the way its fault wants it. Resolves when the fault has nothing more to do. */
export async function applyFault(fault: Fault, { response, answer, credential }: Exchange): Promise<void> {
  switch (fault.kind) {
    case 'delay':
      await pause(response, fault.ms);
      if (response.destroyed) return;
      return send(response, await answer());
    case 'status':
      return send(response, otherAnswer(fault));
    case 'reset':
      if (fault.handled === true) await answer();
      resetConnection(response);
      return;
    case 'reset-mid-request':
      await receiveBeginning(response.req, fault.bytes);
      resetConnection(response);
      return;
    case 'reset-mid-body':
      await sendBeginning(response, await answer(), fault.bytes);
      resetConnection(response);
      return;
    case 'truncate':
      await sendBeginning(response, await answer(), fault.bytes);
      hangUp(response);
      return;
    case 'short': {
      const whole = await answer();
      return send(response, { ...whole, body: firstBytes(whole.body, fault.bytes) });
    }
    case 'hang':
      return;
    case 'stall':
      return sendBeginning(response, await answer(), fault.bytes);
    case 'login-page':
      return send(response, answerWith(200, 'text/html; charset=utf-8', loginPage));
    case 'redirect':
      return send(response, {
        status: fault.status,
        headers: { location: fault.location },
        body: wholeBody(''),
      });
    case 'garbage-json':
      return send(response, answerWith(200, 'application/json', '{"status": 2, "status_'));
    case 'wrong-json':
      return send(response, answerJson(200, fault.json));
    case 'huge-body':
      return send(response, {
        status: fault.status ?? 200,
        headers: { 'content-type': 'application/json' },
        body: hugeJson(fault.bytes === 'endless' ? Infinity : fault.bytes),
      });
    case 'echo-credential':
      return send(
        response,
        answerJson(fault.status, { detail: `Refused: ${credential ?? 'no credential'}` }),
      );
    case 'drip':
      return sendSlowly(response, await answer(), fault.bytes, fault.pauseMs);
    case 'interim':
      for (const status of fault.statuses) sendInterim(response, status);
      return send(response, await answer());
    case 'encoded':
      return send(response, encoded(await answer(), fault.encoding, fault.bytes));
    case 'partial':
      return send(response, partOf(await answer(), fault.bytes));
    case 'negotiate':
      return send(
        response,
        fault.offers.some((offer) => accepts(response.req.headers.accept, offer))
          ? await answer()
          : answerJson(406, { detail: 'Could not satisfy the request Accept header.' }),
      );
  }
}

const loginPage = `<!doctype html>
<html lang="en">
<head><title>Sign in</title></head>
<body>
<form method="post" action="/accounts/login/">
<label>User <input name="username"></label>
<label>Password <input name="password" type="password"></label>
<button>Sign in</button>
</form>
</body>
</html>
`;

function otherAnswer(fault: Extract<Fault, { kind: 'status' }>): Answer {
  const [content, usualType] =
    fault.json === undefined
      ? [fault.text ?? '', 'text/plain; charset=utf-8']
      : [JSON.stringify(fault.json), 'application/json'];
  const type =
    content === '' && fault.mediaType === undefined ? {} : { 'content-type': fault.mediaType ?? usualType };
  return { status: fault.status, headers: { ...type, ...fault.headers }, body: wholeBody(content) };
}

/** As a server answers a request for a range, whether there was one or not. */
function partOf(whole: Answer, bytes: number): Answer {
  const body = firstBytes(whole.body, bytes);
  const range = `bytes 0-${Math.max(0, body.bytes - 1)}/${whole.body.bytes}`;
  return { status: 206, headers: { ...whole.headers, 'content-range': range }, body };
}

function hugeJson(bytes: number): Body {
  const opening = Buffer.from('{"detail":"');
  const closing = Buffer.from('"}');
  const filler = Buffer.alloc(65_536, 'a');
  return {
    bytes,
    *chunks() {
      yield opening;
      for (let left = bytes - opening.length - closing.length; left > 0; left -= filler.length) {
        yield filler.subarray(0, left);
      }
      yield closing;
    },
  };
}
