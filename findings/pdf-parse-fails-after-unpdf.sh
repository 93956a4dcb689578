#!/usr/bin/env bash
# pdf-parse 2.4.5 meets unpdf 1.7.0: in one process, pdf-parse fails once unpdf has read a file.
#
# Expected: each library brings its own copy of pdf.js, so that both work side by side, in any order.
# Seen: pdf-parse alone works, and before unpdf, too. After unpdf it fails with "The API version ... does not match the
# Worker version ...": both copies find their worker in one global variable.
# Why it matters: n8n loads all community nodes into one process. A node that reads reports with pdf-parse works until
# another node, of another author, has used unpdf, and then fails until the restart.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 pdf-parse@2.4.5 unpdf@1.7.0 pdf-lib@1.17.1

cat >try.mjs <<'EOF'
import { PDFDocument } from 'pdf-lib';
import { PDFParse } from 'pdf-parse';
import { extractText, getDocumentProxy } from 'unpdf';

const document = await PDFDocument.create();
document.addPage([300, 300]).drawText('Verdict: clean');
const file = await document.save();

const withPdfParse = () =>
  new PDFParse({ data: new Uint8Array(file) }).getText().then(({ text }) => text.split('\n')[0], (error) => error.message);
const withUnpdf = async () => (await extractText(await getDocumentProxy(new Uint8Array(file)))).text[0];

const order = process.argv[2];
if (order === 'after') console.log(`unpdf: ${await withUnpdf()}`);
const text = await withPdfParse();
console.log(`pdf-parse ${order} unpdf: ${text}`);
process.exit((text === 'Verdict: clean') === (order === 'before') && (order === 'before' || text.includes('version')) ? 0 : 1);
EOF
node_modules/.bin/node try.mjs before
node_modules/.bin/node try.mjs after
