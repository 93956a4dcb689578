#!/usr/bin/env bash
# exceljs 4.4.0 and read-excel-file 9.3.17: the dates of a workbook with date1904="1" are four years off.
#
# Expected: a workbook that counts its days from 1904, as Excel for the Mac used to write it, gives 12 January 2022. The
# attribute is an XML boolean, so "1" and "true" say the same.
# Seen: both libraries understand "true" alone. With "1" they give 13 January 2026, without an error; SheetJS (npm
# package xlsx 0.18.5) reads both right.
# Why it matters: a certificate in such a report expires four years later than it really does.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 exceljs@4.4.0 read-excel-file@9.3.17 xlsx@0.18.5 fflate@0.8.3

cat >try.mjs <<'EOF'
import ExcelJS from 'exceljs';
import { strToU8, zipSync } from 'fflate';
import readExcelFile from 'read-excel-file/node';
import XLSX from 'xlsx';

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

const seen = {};
for (const flag of ['true', '1']) {
  const cell = '<row r="1"><c r="A1" s="1"><v>44573</v></c></row>';
  const file = pack(parts(cell, `<workbookPr date1904="${flag}"/>`));
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.load(file);
  const [{ data }] = await readExcelFile(file);
  const sheetJs = XLSX.read(file, { cellDates: true }).Sheets.Orders.A1.v;
  const dates = { exceljs: workbook.worksheets[0].getCell('A1').value, 'read-excel-file': data[0][0], xlsx: sheetJs };
  seen[flag] = Object.values(dates).map((date) => date.getUTCFullYear());
  for (const [name, date] of Object.entries(dates)) console.log(`date1904="${flag}" ${name}: ${date.toISOString().slice(0, 10)}`);
}
process.exit(seen.true.join() === '2022,2022,2022' && seen[1].join() === '2026,2026,2022' ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
