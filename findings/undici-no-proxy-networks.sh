#!/usr/bin/env bash
# undici 8.13.1: NO_PROXY knows no networks, and an entry matches the end of an address.
#
# Expected: an entry such as 10.0.0.0/8 keeps a whole network away from the proxy, as it does in curl and Python's
# requests, and an entry with a part of an address matches nothing.
# Seen: EnvHttpProxyAgent sends a request to 127.0.0.1 through the proxy although NO_PROXY says 127.0.0.0/8; and the
# entry 0.0.1, taken for the end of a host name, keeps 127.0.0.1 away from it.
# Why it matters: analysis appliances stand in private networks that administrators exclude by their range. With undici
# the request goes to the proxy, which cannot reach the appliance, and the error speaks of the proxy alone.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 undici@8.13.1

cat >try.mjs <<'EOF'
import { createServer } from 'node:http';
import { EnvHttpProxyAgent, request } from 'undici';

async function serve(answer) {
  const server = createServer((_, response) => response.end(answer));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${server.address().port}/`;
}

const proxy = await serve('through the proxy');
const appliance = await serve('direct');
const seen = {};
for (const noProxy of ['127.0.0.1', '127.0.0.0/8', '0.0.1']) {
  const dispatcher = new EnvHttpProxyAgent({ httpProxy: proxy, httpsProxy: proxy, noProxy });
  const { body } = await request(appliance, { dispatcher });
  seen[noProxy] = await body.text();
  console.log(`NO_PROXY=${noProxy}: ${seen[noProxy]}`);
}
const same = seen['127.0.0.1'] === 'direct' && seen['127.0.0.0/8'] === 'through the proxy' && seen['0.0.1'] === 'direct';
process.exit(same ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
