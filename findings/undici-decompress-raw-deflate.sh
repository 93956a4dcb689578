#!/usr/bin/env bash
# undici 8.13.1: interceptors.decompress cannot read the raw form of deflate, which undici's own fetch can.
#
# Expected: "Content-Encoding: deflate" has always arrived in two forms, with and without the zlib header; fetch,
# browsers and curl read both, and the interceptor of the same library does, too.
# Seen: fetch of the package gives the text, `request` with the interceptor fails with Z_DATA_ERROR.
# Why it matters: some old servers send raw deflate. A program that moves from fetch to request with interceptors loses
# every report of such a server.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 undici@8.13.1

cat >try.mjs <<'EOF'
import { createServer } from 'node:http';
import { deflateRawSync, deflateSync } from 'node:zlib';
import { Agent, fetch, interceptors, request } from 'undici';

const server = createServer(({ url }, response) => {
  response.setHeader('content-encoding', 'deflate');
  response.end(url === '/raw' ? deflateRawSync('the report') : deflateSync('the report'));
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));

const dispatcher = new Agent().compose(interceptors.decompress());
const seen = {};
for (const form of ['zlib', 'raw']) {
  const url = `http://127.0.0.1:${server.address().port}/${form}`;
  const withFetch = await fetch(url).then((response) => response.text());
  const withRequest = await request(url, { dispatcher })
    .then(({ body }) => body.text())
    .catch((error) => error.code);
  seen[form] = [withFetch, withRequest];
  console.log(`${form} deflate: fetch "${withFetch}", request with interceptors.decompress "${withRequest}"`);
}
const same =
  seen.zlib.every((text) => text === 'the report') && seen.raw[0] === 'the report' && seen.raw[1] === 'Z_DATA_ERROR';
process.exit(same ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
