#!/usr/bin/env bash
# ofetch 1.5.1: a 429 is tried again at once, whatever Retry-After says.
#
# Expected: ofetch retries 429 by itself, so it waits for the time that the server names, or at least for a moment.
# Seen: the second request follows within milliseconds, although the server answered "Retry-After: 3".
# Why it matters: the retry that should help a client under a rate limit only adds to the count. Services with a limit
# per key (such as 100 requests in 5 s) answer the second request like the first, and the client is out of retries.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 ofetch@1.5.1

cat >try.mjs <<'EOF'
import { createServer } from 'node:http';
import { ofetch } from 'ofetch';

const times = [];
const server = createServer((_, response) => {
  times.push(Date.now());
  response.writeHead(429, { 'retry-after': '3' }).end();
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
await ofetch(`http://127.0.0.1:${server.address().port}/`).catch(() => undefined);
const pause = times[1] - times[0];
console.log(`"Retry-After: 3": ${times.length} requests, ${pause} ms apart`);
process.exit(times.length === 2 && pause < 2000 ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
