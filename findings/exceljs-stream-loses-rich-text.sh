#!/usr/bin/env bash
# exceljs 4.4.0: the streaming reader keeps only the last piece of a text with several formats.
#
# Expected: "Win32.Ransomware.Petya", as the reader that loads the whole workbook gives it (as a list of pieces). An
# inline string may consist of several runs with a format each.
# Seen: WorkbookReader, the reader for large files, gives ".Petya".
# Why it matters: threat names, file names and certificate subjects of a report in which a part is highlighted are cut
# at the front, without an error, as soon as a program switches to streaming because reports have become large.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 exceljs@4.4.0 fflate@0.8.3

cat >try.mjs <<'EOF'
import { Readable } from 'node:stream';
import ExcelJS from 'exceljs';
import { strToU8, zipSync } from 'fflate';

const parts = (sheet, workbook = '') => ({
  '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
    <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
    <Default Extension="xml" ContentType="application/xml"/>
    <Override PartName="/xl/workbook.xml"
      ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
    <Override PartName="/xl/worksheets/sheet1.xml"
      ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
    <Override PartName="/xl/styles.xml"
      ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
    Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">${workbook}<sheets>
    <sheet name="Orders" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
    <Relationship Id="rId1" Target="worksheets/sheet1.xml"
      Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>
    <Relationship Id="rId2" Target="styles.xml"
      Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"/></Relationships>`,
  'xl/styles.xml': `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
    <fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>
    <cellStyleXfs count="1"><xf/></cellStyleXfs>
    <cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
  'xl/worksheets/sheet1.xml': `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
    ${sheet}</sheetData></worksheet>`,
});
const pack = (files) =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))));

const file = pack(
  parts(`<row r="1"><c r="A1" t="inlineStr"><is>
    <r><t>Win32.Ransomware</t></r><r><rPr><b/></rPr><t>.Petya</t></r></is></c></row>`),
);
const workbook = new ExcelJS.Workbook();
await workbook.xlsx.load(file);
const whole = workbook.worksheets[0].getCell('A1').text;

let streamed;
for await (const sheet of new ExcelJS.stream.xlsx.WorkbookReader(Readable.from([file])))
  for await (const row of sheet) streamed = row.getCell(1).text;
console.log(`Workbook: ${whole}`);
console.log(`WorkbookReader: ${streamed}`);
process.exit(whole === 'Win32.Ransomware.Petya' && streamed === '.Petya' ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
