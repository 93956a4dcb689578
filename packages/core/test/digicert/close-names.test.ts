import { expect, test } from 'vitest';
import { closeNames } from '../../src/digicert/close-names.ts';

test.each([
  ['orders', ['Orders']],
  ['all-orders', ['All orders']],
  ['Ordres', ['Orders']],
  ['Orders 2026', ['Orders']],
  ['Certificates', []],
  ['', []],
  ['...', []],
])('the names close to %j are %j', (wanted, close) => {
  const names = ['Orders', 'All orders', 'Domains', '', '!'];
  expect(closeNames(wanted, names).slice(0, close.length || 9)).toEqual(close);
});

test('no more than five names are close', () => {
  const names = Array.from({ length: 50 }, (_, number) => `Orders ${number}`);
  expect(closeNames('orders', names)).toHaveLength(5);
});
