#!/usr/bin/env bash
# undici 8.13.1: a connection whose server announces "Keep-Alive: timeout=2" is never used again.
#
# Expected: requests that follow each other within milliseconds share one connection, since the server keeps it for 2 s.
# Seen: undici takes a margin of 2 s off the announced time, arrives at zero, and opens a connection per request. With
# timeout=5 the same ten requests reuse connections.
# Why it matters: a client that polls the status of hundreds of reports pays a TCP and a TLS handshake for each check,
# and runs into connection limits of small appliances, although keep-alive is on at both ends.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 undici@8.13.1

cat >try.mjs <<'EOF'
import { createServer } from 'node:http';
import { Agent, request } from 'undici';

async function connectionsFor(seconds) {
  let connections = 0;
  const server = createServer((_, response) => response.end('{"status": 0}'));
  server.keepAliveTimeout = seconds * 1000;
  server.keepAliveTimeoutBuffer = 0;
  server.on('connection', () => (connections += 1));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const dispatcher = new Agent();
  let announced = '';
  for (let check = 0; check < 10; check += 1) {
    const { headers, body } = await request(`http://127.0.0.1:${server.address().port}/`, { dispatcher });
    await body.text();
    announced = headers['keep-alive'];
  }
  await dispatcher.close();
  server.close();
  console.log(`${announced}: 10 requests, ${connections} connections`);
  return connections;
}

const short = await connectionsFor(2);
const long = await connectionsFor(5);
process.exit(short === 10 && long < 10 ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
