#!/usr/bin/env bash
# @actions/artifact 6.2.1: the client does not heed Retry-After.
#
# Expected: after 429 with "Retry-After: 6" the next request arrives after six seconds or later.
# Seen: it arrives after three seconds, the first step of the client's own pauses.
# Why it matters: a service under load names the time that it needs. A client that asks earlier uses up its five tries
# before that time, and the report is not attached.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 @actions/artifact@6.2.1

cat >try.mjs <<'EOF'
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { DefaultArtifactClient } from '@actions/artifact';

// What the client needs of GitHub's artifact service and of its storage.
const requests = [];
let uploaded = Buffer.alloc(0);
let refuse = () => false;
const server = createServer((incoming, response) => {
  const chunks = [];
  incoming.on('data', (chunk) => chunks.push(chunk));
  incoming.on('end', () => {
    const body = Buffer.concat(chunks);
    const url = new URL(incoming.url, 'http://127.0.0.1');
    const call = url.pathname.split('/').at(-1);
    if (incoming.method === 'PUT') {
      if (url.searchParams.get('comp') === 'block') uploaded = body;
      response.writeHead(201, { 'x-ms-request-id': '1' }).end();
      return;
    }
    requests.push({ call, time: Date.now(), ...JSON.parse(body.toString()) });
    if (refuse(call)) {
      response.writeHead(429, { 'retry-after': '6' }).end('{"msg": "slow down"}');
      return;
    }
    const answers = {
      CreateArtifact: { ok: true, signed_upload_url: `http://127.0.0.1:${server.address().port}/reports/blob?sig=x` },
      FinalizeArtifact: { ok: true, artifact_id: '1' },
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[call]));
  });
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
process.env.ACTIONS_RESULTS_URL = `http://127.0.0.1:${server.address().port}/`;
process.env.ACTIONS_RUNTIME_TOKEN = `${encode({ alg: 'none' })}.${encode({ scp: 'Actions.Results:1:1' })}.`;
process.env.GITHUB_SERVER_URL = 'https://github.com';
process.env.GITHUB_WORKSPACE = process.cwd();

refuse = (call) => call === 'CreateArtifact' && requests.length === 1;
writeFileSync('report.pdf', '%PDF-1.7\n%%EOF\n');
await new DefaultArtifactClient().uploadArtifact('report', [`${process.cwd()}/report.pdf`], process.cwd());
const [first, second] = requests;
const pause = second.time - first.time;
console.log(`\nseen: "Retry-After: 6", next request after ${pause} ms`);
process.exit(second.call === 'CreateArtifact' && pause < 5500 ? 0 : 1);
EOF
node_modules/.bin/node try.mjs | sed -n "s/^seen: //p"
