#!/usr/bin/env bash
# undici 8.13.1: a 100 Continue that the client did not ask for breaks the exchange.
#
# Expected: HTTP lets a server send any number of interim answers before the final one, and a client skips those it did
# not ask for. 102 and 103 are skipped, so 100 should be, too; node:http skips all three.
# Seen: `request` fails with UND_ERR_SOCKET "bad response" and the final 200 is lost.
# Why it matters: some proxies and appliances send 100 Continue before every answer. A client that retries a connection
# error asks again and again for a report that the server delivered each time, and an upload that was accepted looks
# lost.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 undici@8.13.1

cat >try.mjs <<'EOF'
import { get } from 'node:http';
import { createServer } from 'node:net';
import { request } from 'undici';

const final = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nreport';
const interim = {
  none: '',
  100: 'HTTP/1.1 100 Continue\r\n\r\n',
  102: 'HTTP/1.1 102 Processing\r\n\r\n',
  103: 'HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n',
};

async function answerWith(text) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(text));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

const seen = {};
for (const [name, text] of Object.entries(interim)) {
  const server = await answerWith(text + final);
  const withUndici = await request(server.url).then(
    async ({ statusCode, body }) => `${statusCode} ${await body.text()}`,
    (error) => error.code,
  );
  const withNode = await new Promise((answered) =>
    get(server.url, (response) => answered(response.resume().statusCode)).on('error', (error) => answered(error.code)),
  );
  seen[name] = withUndici;
  console.log(`interim answer ${name}: undici ${withUndici}, node:http ${withNode}`);
  server.close();
}
const others = [seen.none, seen[102], seen[103]];
process.exit(seen[100] === 'UND_ERR_SOCKET' && others.every((answer) => answer === '200 report') ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
