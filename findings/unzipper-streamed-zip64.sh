#!/usr/bin/env bash
# unzipper 0.12.5 meets Python's zipfile: the streaming reader fails on a ZIP64 archive that was written as a stream.
#
# Expected: an entry whose size was not known in advance has its sizes behind the data; in the ZIP64 form these are two
# numbers of eight bytes. unzip and fflate 0.8.3 read the archive.
# Seen: unzipper.Parse takes the sizes for four-byte numbers, goes on in the middle of them, and raises "invalid
# signature".
# Why it matters: a service that builds large reports writes them just so (Python: force_zip64=True). A client that
# streams the download through unzipper loses the report after its first file, however small that is.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 unzipper@0.12.5 fflate@0.8.3

cat >try.mjs <<'EOF'
import { createReadStream, readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import unzipper from 'unzipper';

const seen = {};
for (const name of ['zip32.zip', 'zip64.zip']) {
  const withFflate = Object.keys(unzipSync(readFileSync(name))).length;
  let withUnzipper = 0;
  try {
    for await (const entry of createReadStream(name).pipe(unzipper.Parse({ forceStream: true }))) {
      await entry.buffer();
      withUnzipper += 1;
    }
  } catch (error) {
    withUnzipper = error.message;
  }
  seen[name] = withUnzipper;
  console.log(`${name}: fflate ${withFflate} files, unzipper.Parse ${withUnzipper}`);
}
process.exit(seen['zip32.zip'] === 2 && String(seen['zip64.zip']).startsWith('invalid signature') ? 0 : 1);
EOF
cat >write.py <<'EOF'
import sys
import zipfile


class Pipe:
    def write(self, data):
        return sys.stdout.buffer.write(data)

    def flush(self):
        sys.stdout.buffer.flush()


with zipfile.ZipFile(Pipe(), "w", zipfile.ZIP_DEFLATED) as archive:
    for name in ("orders.csv", "domains.csv"):
        with archive.open(name, "w", force_zip64=sys.argv[1] == "64") as entry:
            entry.write(b"id,status\n1,issued\n")
EOF
for form in 32 64; do
  python3 write.py "$form" >"zip$form.zip"
  unzip -tqq "zip$form.zip"
done
node_modules/.bin/node try.mjs
