#!/usr/bin/env bash
# undici 8.13.1: interceptors.cache answers status checks, and even a 404, from memory when only Last-Modified is sent.
#
# Expected: an answer without Cache-Control and Expires is asked for anew each time, as the interceptor does when the
# answer has no Last-Modified either; a "not found" all the more.
# Seen: an answer that was last modified ten days ago is kept for a tenth of that time: three checks reach the server
# once, and a file that is there by the second check stays "404".
# Why it matters: a program that waits for a report polls the same URL. With this interceptor in the chain, a service or
# proxy that adds Last-Modified makes it wait until its deadline for a report that is ready.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 undici@8.13.1

cat >try.mjs <<'EOF'
import { createServer } from 'node:http';
import { Agent, interceptors, request } from 'undici';

async function check(title, headers) {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.writeHead(requests === 1 ? 404 : 200, headers).end(requests === 1 ? 'not yet' : 'the report');
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const dispatcher = new Agent().compose(interceptors.cache());
  const seen = [];
  for (let count = 0; count < 3; count += 1) {
    const { statusCode, body } = await request(`http://127.0.0.1:${server.address().port}/`, { dispatcher });
    await body.text();
    seen.push(statusCode);
  }
  console.log(`${title}: three checks gave ${seen.join(', ')}; requests at the server: ${requests}`);
  return seen.join();
}

const tenDaysAgo = new Date(Date.now() - 10 * 24 * 60 * 60 * 1000).toUTCString();
const without = await check('no cache headers', {});
const withDate = await check('Last-Modified alone', { 'last-modified': tenDaysAgo });
process.exit(without === '404,200,200' && withDate === '404,404,404' ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
