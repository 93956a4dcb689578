#!/usr/bin/env bash
# fflate 0.8.3 and unzipper 0.12.5: the streaming readers need a signature that the ZIP format leaves optional.
#
# Expected: the sizes behind the data of an entry may begin with a signature or not (APPNOTE 4.3.9.3: readers should
# expect both). unzip and fflate's unzipSync read both archives.
# Seen: without the signature fflate's Unzip fails with "unexpected EOF" and unzipper.Parse with FILE_ENDED.
# Why it matters: both messages speak of a download that was cut. Trying again, which is what a client does then, brings
# the same good archive and the same error.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 fflate@0.8.3 unzipper@0.12.5

cat >try.mjs <<'EOF'
import { writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { crc32, deflateRawSync } from 'node:zlib';
import { Unzip, UnzipInflate, unzipSync } from 'fflate';
import unzipper from 'unzipper';

// Writes an archive as a program does that does not know the sizes in advance: they follow the data of each entry.
function streamedZip(entries, { signature, method }) {
  const records = [];
  const directory = [];
  let offset = 0;
  for (const [name, content] of entries) {
    const data = method === 8 ? deflateRawSync(content) : content;
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(20, 4);
    header.writeUInt16LE(8, 6);
    header.writeUInt16LE(method, 8);
    header.writeUInt16LE(name.length, 26);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(crc32(content), 0);
    sizes.writeUInt32LE(data.length, 4);
    sizes.writeUInt32LE(content.length, 8);
    const mark = Buffer.from(signature ? [0x50, 0x4b, 0x07, 0x08] : []);
    const record = Buffer.concat([header, Buffer.from(name), data, mark, sizes]);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    header.copy(central, 6, 4, 10);
    sizes.copy(central, 16);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    records.push(record);
    directory.push(central, Buffer.from(name));
    offset += record.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...records, central, end]);
}

async function withUnzipper(archive) {
  let files = 0;
  for await (const entry of Readable.from([archive]).pipe(unzipper.Parse({ forceStream: true }))) {
    await entry.buffer();
    files += 1;
  }
  return files;
}

async function withFflate(archive) {
  let files = 0;
  const unzip = new Unzip((file) => {
    file.ondata = (error, _, last) => {
      if (error) throw error;
      if (last) files += 1;
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  unzip.push(archive, true);
  return files;
}

const seen = {};
for (const signature of [true, false]) {
  const archive = streamedZip([['orders.csv', Buffer.from('id,status\n1,issued\n')]], { signature, method: 8 });
  writeFileSync(`signature-${signature}.zip`, archive);
  const message = (promise) => promise.catch((error) => error.message);
  seen[signature] = [Object.keys(unzipSync(archive)).length, await message(withFflate(archive)), await message(withUnzipper(archive))];
  console.log(`signature ${signature}: unzipSync ${seen[signature][0]}, Unzip ${seen[signature][1]}, unzipper.Parse ${seen[signature][2]}`);
}
process.exit(seen.true.join() === '1,1,1' && seen.false.join() === '1,unexpected EOF,FILE_ENDED' ? 0 : 1);
EOF
status=0
node_modules/.bin/node try.mjs || status=$?
unzip -tqq signature-false.zip
exit "$status"
