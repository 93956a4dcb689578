#!/usr/bin/env bash
# undici 8.13.1: RetryAgent cuts Retry-After down to its own maximum and asks too early.
#
# Expected: maxTimeout bounds the client's own growing pauses. When the server names a time, the client waits that long,
# or gives up when it is too long.
# Seen: the server says "Retry-After: 4" and maxTimeout is 1000 ms: the next request arrives after one second.
# Why it matters: with the default of 30 s, every service that closes a key for a minute or more after too many requests
# is asked again inside the closed time, uses up all retries there, and may close the key for longer.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 undici@8.13.1

cat >try.mjs <<'EOF'
import { createServer } from 'node:http';
import { Agent, request, RetryAgent } from 'undici';

const times = [];
const server = createServer((_, response) => {
  times.push(Date.now());
  if (times.length === 1) response.writeHead(429, { 'retry-after': '4' });
  response.end();
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));

const dispatcher = new RetryAgent(new Agent(), { maxRetries: 1, minTimeout: 100, maxTimeout: 1000 });
const { statusCode, body } = await request(`http://127.0.0.1:${server.address().port}/`, { dispatcher });
await body.dump();
const pause = times[1] - times[0];
console.log(`"Retry-After: 4", next request after ${pause} ms, status ${statusCode}`);
process.exit(statusCode === 200 && pause < 3500 ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
