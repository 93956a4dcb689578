import Fastify from 'fastify';
import type { Socket } from 'node:net';
import { SimulatorClock } from './clock.ts';
import { mountControlApi } from './control-api.ts';
import type { Digicert, DigicertOptions } from './digicert/account.ts';
import { Account } from './digicert/account.ts';
import { digicertService } from './digicert/service.ts';
import { FaultBook } from './faults.ts';
import { Journal } from './journal.ts';
import { mountServices } from './mount-services.ts';
import { perceptionPointService } from './perception-point/service.ts';
import type { PerceptionPoint, PerceptionPointOptions } from './perception-point/x-ray.ts';
import { XRay } from './perception-point/x-ray.ts';
import { seededBytes } from './samples/random.ts';
import { Appliance } from './spectra-analyze/appliance.ts';
import type { SampleHashes } from './spectra-analyze/hash.ts';
import type { SampleOptions } from './spectra-analyze/sample.ts';
import { spectraAnalyzeService } from './spectra-analyze/service.ts';

/** How a simulator is started. */
export interface SimulatorOptions {
  /** The port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** Key and certificate in PEM: the simulator then speaks https. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Everything generated (tokens, contents, PDFs) is the same for the same seed; 1 unless given. */
  readonly seed?: number;
  readonly spectraAnalyze?: {
    /** The only API token that the appliance takes; made from the seed unless given. */
    readonly token?: string;
    /** What is on the appliance at the start, and after a reset. */
    readonly samples?: readonly SampleOptions[];
  };
  readonly perceptionPoint?: PerceptionPointOptions;
  readonly digicert?: DigicertOptions;
}

/** A running simulator. */
export interface Simulator extends AsyncDisposable {
  /** Its origin, such as `http://127.0.0.1:49152`. */
  readonly url: string;
  readonly spectraAnalyze: {
    /** The only API token that the appliance takes. */
    readonly token: string;
    /**
     * Adds a sample, or replaces the one with the same content.
     *
     * @throws TypeError when `contentDisposition` cannot stand in a header
     */
    addSample(options?: SampleOptions): SampleHashes;
    /** Every sample on the appliance, oldest first. */
    listSamples(): { name: string; hashes: SampleHashes }[];
  };
  readonly perceptionPoint: PerceptionPoint;
  readonly digicert: Digicert;
  readonly faults: Pick<FaultBook, 'script' | 'clear'>;
  readonly journal: Pick<Journal, 'list'>;
  /** Milliseconds since 1970 on the simulator's clock. */
  now(): number;
  /** Moves the simulator's clock forward. */
  advance(seconds: number): void;
  /**
   * Everything as it was at the start: the initial samples, scans, settings and reports, no faults, an empty journal, the
   * machine's time.
   */
  reset(): void;
  /** Stops listening and ends every connection at once, hanging ones too. */
  close(): Promise<void>;
}

/**
 * Starts the simulated services on a port of this machine.
 *
 * @throws the error of the socket (`EADDRINUSE`, ...) when the port cannot be had
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, tls, seed = 1, spectraAnalyze = {} } = options;
  const clock = new SimulatorClock();
  const faults = new FaultBook();
  const journal = new Journal();
  const appliance = new Appliance(seed);
  const token = spectraAnalyze.token ?? seededBytes(`${seed} spectra-analyze token`, 20).toString('hex');

  const now = (): number => clock.now();
  const addInitial = (): void => {
    for (const sample of spectraAnalyze.samples ?? []) appliance.addSample(sample);
  };
  addInitial();
  const xRay = new XRay(options.perceptionPoint ?? {}, { seed, now });
  const account = new Account(options.digicert ?? {}, { seed, now });

  const app = Fastify({
    https: tls ?? null,
    exposeHeadRoutes: false,
    // For a connection that arrives while the server is closing; `close` ends those that are there.
    forceCloseConnections: true,
    // A malformed hash of any length has to reach the service, which answers it.
    routerOptions: { maxParamLength: 16_384 },
    ajv: { customOptions: { discriminator: true, removeAdditional: false, coerceTypes: false } },
  });
  const connections = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });

  let url = '';
  const simulator: Simulator = {
    get url() {
      return url;
    },
    spectraAnalyze: {
      token,
      addSample: (sample) => appliance.addSample(sample),
      listSamples: () => appliance.listSamples(),
    },
    perceptionPoint: xRay,
    digicert: account,
    faults,
    journal,
    now,
    advance: (seconds) => {
      clock.advance(seconds);
      xRay.clockMoved();
    },
    reset: () => {
      clock.reset();
      faults.clear();
      journal.clear();
      appliance.clear();
      addInitial();
      xRay.reset();
      account.reset();
    },
    close: async () => {
      xRay.close();
      const closed = app.close();
      for (const socket of connections) socket.destroy();
      await closed;
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  };

  mountServices(
    app,
    [
      spectraAnalyzeService(appliance, { token, seed, now }),
      perceptionPointService(xRay, { now }),
      digicertService(account, { now }),
    ],
    { faults, journal, now },
  );
  mountControlApi(app, simulator);
  url = await app.listen({ host: '127.0.0.1', port });
  return simulator;
}
