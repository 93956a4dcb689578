#!/usr/bin/env bash
# undici 8.13.1: a proxy that refuses the tunnel looks like the caller's own abort.
#
# Expected: an error of the connection kind, such as UND_ERR_SOCKET, with the proxy's status in a property.
# Seen: an AbortError (code UND_ERR_ABORTED), the class that an AbortSignal of the caller leads to; the status 407
# stands in the message alone.
# Why it matters: a program that treats AbortError as "the user canceled" or "the deadline passed" ends silently when
# the company's proxy wants credentials, and a scan or a report is missing without a reason.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 undici@8.13.1

cat >try.mjs <<'EOF'
import { createServer } from 'node:http';
import { EnvHttpProxyAgent, request } from 'undici';

const proxy = createServer().on('connect', (_, socket) => {
  socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n');
});
await new Promise((listening) => proxy.listen(0, '127.0.0.1', listening));

const url = `http://127.0.0.1:${proxy.address().port}/`;
const dispatcher = new EnvHttpProxyAgent({ httpProxy: url, httpsProxy: url, noProxy: '' });
const error = await request('https://appliance.example/', { dispatcher }).then(() => undefined, (reason) => reason);
console.log(`${error?.name} ${error?.code}: ${error?.message}`);
console.log(`status in a property: ${error?.statusCode ?? error?.status ?? 'none'}`);
process.exit(error?.name === 'AbortError' && error.statusCode === undefined ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
