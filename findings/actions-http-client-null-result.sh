#!/usr/bin/env bash
# @actions/http-client 4.0.1: getJson gives null for a web page, for a cut document and for the explanation of a 404.
#
# Expected: an error when the body of a 200 is no JSON; and with a 404 the parsed JSON that says what was not found.
# Seen: three times { result: null } without an error, the same as for the JSON value null.
# Why it matters: a login page, a proxy's error page or a cut answer looks like "the service has nothing to say". With
# 404, "there is no such sample" and "there is no such path" cannot be told apart.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 @actions/http-client@4.0.1

cat >try.mjs <<'EOF'
import { createServer } from 'node:http';
import { HttpClient } from '@actions/http-client';

const answers = {
  '/page': [200, 'text/html', '<h1>Log in</h1>'],
  '/cut': [200, 'application/json', '{"verdict": "malic'],
  '/unknown': [404, 'application/json', '{"detail": "The sample is not on the appliance."}'],
  '/whole': [200, 'application/json', '{"verdict": "malicious"}'],
};
const server = createServer(({ url }, response) => {
  const [status, type, body] = answers[url];
  response.writeHead(status, { 'content-type': type }).end(body);
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));

const client = new HttpClient('finding', [], { keepAlive: false });
const seen = {};
for (const path of Object.keys(answers)) {
  const { statusCode, result } = await client
    .getJson(`http://127.0.0.1:${server.address().port}${path}`)
    .catch((error) => ({ statusCode: error.statusCode, result: error.message }));
  seen[path] = result;
  console.log(`${path}: ${statusCode} ${JSON.stringify(result)}`);
}
const nothing = ['/page', '/cut', '/unknown'].every((path) => seen[path] === null);
process.exit(nothing && seen['/whole']?.verdict === 'malicious' ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
