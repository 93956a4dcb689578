import type { IExecuteFunctions } from 'n8n-workflow';

/** A report that core delivers, with the origin that it comes from where the service redirects its download. */
export interface RedirectedReport {
  readonly name: string;
  readonly redirectedTo?: string | undefined;
}

/** Shows beside the output that a report does not come from the service itself. */
export function hintAtRedirect(functions: IExecuteFunctions, { name, redirectedTo }: RedirectedReport): void {
  if (redirectedTo === undefined) return;
  functions.addExecutionHints({
    message: `The service redirects the download of ${name}: the file comes from ${redirectedTo}.`,
  });
}
