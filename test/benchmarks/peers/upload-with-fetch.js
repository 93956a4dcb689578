/* global fetch, FormData */
// What one would write first: the platform's own fetch and form, with a file that is not read into memory beforehand.
import { openAsBlob } from 'node:fs';
import process from 'node:process';

const [url, token, path] = process.argv.slice(2);
const form = new FormData();
form.set('data', await openAsBlob(path), 'large.bin');
const response = await fetch(url, {
  method: 'POST',
  headers: { authorization: `Token ${token}` },
  body: form,
});
if (!response.ok) throw new Error(`HTTP ${response.status}`);
await response.text();
