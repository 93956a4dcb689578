import { describe, expect, test } from 'vitest';
import { explainTransportFailure } from '../src/transport-failure.ts';

/** As Node makes them. */
function systemError(syscall: string, code: string): Error {
  return Object.assign(new Error(`${syscall} ${code} 192.0.2.1:443`), { syscall, code });
}

/** As HTTP clients wrap them: with the code, without the rest. */
function wrapped(cause: Error & { code?: unknown }): Error {
  return Object.assign(new Error(cause.message, { cause }), { code: cause.code });
}

describe('a failure while connecting', () => {
  test.each([
    ['ETIMEDOUT', 'a.test did not take the connection in time (ETIMEDOUT)'],
    ['ECONNRESET', 'a.test broke the connection off before it was open (ECONNRESET)'],
  ])('with %s took no request along', (code, message) => {
    const direct = systemError('connect', code);
    const attempts = Object.assign(new AggregateError([direct, direct]), { code });
    for (const error of [direct, wrapped(direct), attempts, wrapped(attempts)]) {
      expect(explainTransportFailure(error, 'a.test')).toMatchObject({
        failure: 'unreachable',
        maybeTaken: false,
        message,
      });
    }
  });
});

describe('the same failure of an open connection', () => {
  test.each([
    ['ETIMEDOUT', 'stalled'],
    ['ECONNRESET', 'broken'],
  ])('with %s may have taken the request along', (code, failure) => {
    for (const error of [systemError('read', code), wrapped(systemError('write', code))]) {
      expect(explainTransportFailure(error, 'a.test')).toMatchObject({ failure, maybeTaken: true });
    }
  });
});
