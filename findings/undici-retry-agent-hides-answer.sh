#!/usr/bin/env bash
# undici 8.13.1: RetryAgent turns the answer to a request that it never retries into a bare error.
#
# Expected: POST is not among the methods that RetryAgent repeats, so a 503 to a POST arrives as it does without the
# agent: a response with its status and body.
# Seen: after the one and only try, `request` rejects with RequestRetryError "Request failed", and the body of the
# answer, which says why the service refused, is gone.
# Why it matters: a scan is submitted by POST. Adding RetryAgent for the sake of status checks takes away the service's
# reason ("queue full", "quota used up") from every refused submission.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 undici@8.13.1

cat >try.mjs <<'EOF'
import { createServer } from 'node:http';
import { Agent, request, RetryAgent } from 'undici';

let tries = 0;
const server = createServer((incoming, response) => {
  tries += 1;
  incoming.resume();
  response.writeHead(503, { 'content-type': 'application/json' }).end('{"detail": "The queue is full."}');
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));

async function submitWith(dispatcher) {
  tries = 0;
  const outcome = await request(`http://127.0.0.1:${server.address().port}/`, { dispatcher, method: 'POST', body: 'x' })
    .then(async ({ statusCode, body }) => `${statusCode} ${await body.text()}`)
    .catch((error) => `${error.name}: ${error.message} ${JSON.stringify(error.data ?? {})}`);
  console.log(`${dispatcher.constructor.name}: ${tries} try, ${outcome}`);
  return outcome;
}

const plain = await submitWith(new Agent());
const retrying = await submitWith(new RetryAgent(new Agent()));
const same = plain.includes('The queue is full.') && retrying.startsWith('RequestRetryError') && tries === 1;
process.exit(same && !retrying.includes('The queue is full.') ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
