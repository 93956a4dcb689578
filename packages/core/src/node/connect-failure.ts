import { buildConnector, Pool } from 'undici';
import { skipContinue } from './continue-filter.ts';

/** What kept a connection, TLS included, from coming about. No request has left then. */
export class ConnectFailure extends Error {
  override readonly name: string = 'ConnectFailure';

  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }
}

/** The connections to one origin. What goes wrong before one is open is a {@link ConnectFailure}. */
export function openPool(origin: string | URL, { connect, ...options }: Pool.Options): Pool {
  const connector = typeof connect === 'function' ? connect : buildConnector({ ...connect, allowH2: false });
  return new Pool(origin, {
    ...options,
    connect: (target, callback) => {
      connector(target, (...[error, socket]) => {
        if (error === null) callback(null, skipContinue(socket));
        else callback(asConnectFailure(error), null);
      });
    },
  });
}

function asConnectFailure(error: Error): ConnectFailure {
  return error instanceof ConnectFailure ? error : new ConnectFailure(error.message, error);
}
