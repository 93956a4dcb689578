#!/usr/bin/env bash
# exceljs 4.4.0: a workbook whose XML names its namespace with a prefix cannot be read.
#
# Expected: <x:workbook xmlns:x="..."> and <workbook xmlns="..."> say the same in XML; Microsoft's own Open XML SDK
# writes the form with the prefix, and Excel and SheetJS (npm package xlsx 0.18.5) read both.
# Seen: exceljs raises a TypeError about an undefined value.
# Why it matters: reports that a service makes with .NET arrive in this form. The error reads like a bug of the caller,
# and a pipeline that tests with its own files never meets it.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 exceljs@4.4.0 xlsx@0.18.5 fflate@0.8.3

cat >try.mjs <<'EOF'
import ExcelJS from 'exceljs';
import { strToU8, zipSync } from 'fflate';
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

const plain = parts('<row r="1"><c r="A1"><v>7</v></c></row>');
const prefixed = { ...plain };
for (const name of ['xl/workbook.xml', 'xl/worksheets/sheet1.xml'])
  prefixed[name] = plain[name].replace('xmlns=', 'xmlns:x=').replace(/<(\/?)(?=[a-z])/g, '<$1x:');

const seen = {};
for (const [form, files] of Object.entries({ plain, prefixed })) {
  const file = pack(files);
  const workbook = new ExcelJS.Workbook();
  const withExcelJs = await workbook.xlsx.load(file).then(
    () => workbook.worksheets[0].getCell('A1').value,
    (error) => `${error.name}: ${error.message}`,
  );
  seen[form] = [XLSX.read(file).Sheets.Orders.A1.v, withExcelJs];
  console.log(`${form}: xlsx ${seen[form][0]}, exceljs ${withExcelJs}`);
}
process.exit(seen.plain.join() === '7,7' && seen.prefixed[0] === 7 && seen.prefixed[1] !== 7 ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
