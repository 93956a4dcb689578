/** The parts of webpack's compilation that the bundle is described by; ncc ships webpack without its types. */
export interface BundleCompilation {
  readonly modules: Iterable<BundleModule>;
  readonly chunkGraph: {
    getModuleId(module: BundleModule): string | number | null;
    getNumberOfModuleChunks(module: BundleModule): number;
  };
  readonly requestShortener: unknown;
}

/** One module of the bundle. */
export interface BundleModule {
  /** The file it was read from; missing for Node's own modules and for joined ones. */
  readonly resource?: string;
  /** The modules that were joined into this one. */
  readonly modules?: Iterable<BundleModule>;
  /** Its file, relative to the current directory and with `/`, or what it is when there is no file. */
  readableIdentifier(requestShortener: unknown): string;
}
