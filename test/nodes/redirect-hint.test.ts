import type { IExecuteFunctions } from 'n8n-workflow';
import { expect, test } from 'vitest';
import { hintAtRedirect, type RedirectedReport } from '../../nodes/shared/redirect-hint.ts';

function hintsOf(report: RedirectedReport): unknown[] {
  const hints: unknown[] = [];
  const functions = { addExecutionHints: (...more: unknown[]) => hints.push(...more) };
  hintAtRedirect(functions as unknown as IExecuteFunctions, report);
  return hints;
}

test('a report from another origin says so beside the output', () => {
  expect(hintsOf({ name: 'orders.csv', redirectedTo: 'https://files.example.com' })).toEqual([
    {
      message:
        'The service redirects the download of orders.csv: the file comes from https://files.example.com.',
    },
  ]);
});

test('a report of the service itself needs no word', () => {
  expect(hintsOf({ name: 'orders.csv' })).toEqual([]);
  expect(hintsOf({ name: 'orders.csv', redirectedTo: undefined })).toEqual([]);
});
