#!/usr/bin/env bash
# parse-multipart-data 1.5.0: a file whose name has a semicolon cannot be received.
#
# Expected: the name stands in quotes, where a semicolon is an ordinary character; fetch sends it so.
# Seen: the parser splits the header at every semicolon and raises "Unterminated string in JSON".
# Why it matters: the package is how serverless functions receive a form with a file. One attachment called "invoice;
# final.pdf" in a mailbox that is scanned, and the function fails with an error that speaks of JSON.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 parse-multipart-data@1.5.0

cat >try.mjs <<'EOF'
import { parse } from 'parse-multipart-data';

const seen = [];
for (const name of ['invoice final.pdf', 'invoice; final.pdf']) {
  const form = new FormData();
  form.append('data', new Blob(['%PDF-1.7']), name);
  const request = new Request('http://127.0.0.1/', { method: 'POST', body: form });
  const boundary = request.headers.get('content-type').split('boundary=')[1];
  try {
    const [part] = parse(Buffer.from(await request.arrayBuffer()), boundary);
    seen.push(part.filename);
  } catch (error) {
    seen.push(`${error.name}: ${error.message}`);
  }
  console.log(`sent "${name}", received ${seen.at(-1)}`);
}
process.exit(seen[0] === 'invoice final.pdf' && seen[1].startsWith('SyntaxError') ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
