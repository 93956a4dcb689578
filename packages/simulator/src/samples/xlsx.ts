import type { Body } from '../answer.ts';
import { wholeBody } from '../answer.ts';
import type { RowFormat, TableSize } from './rows.ts';
import { tableBody } from './rows.ts';
import type { Cell, TableContent } from './table.ts';
import { columns } from './table.ts';
import { deflated, stored, zip } from './zip.ts';

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relationships = 'http://schemas.openxmlformats.org/package/2006/relationships';
const officeRelationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** A larger sheet is stored as it is, so that the size of the workbook is known without making it. */
const mostDeflatedBytes = 1_000_000;

const sheet: RowFormat = {
  head: `${declaration}<worksheet xmlns="${main}"><sheetData>${row(columns)}`,
  row,
  between: '',
  tail: '</sheetData></worksheet>',
};

/** The parts that a workbook of one sheet cannot do without (ECMA-376). */
const parts: readonly (readonly [name: string, content: string])[] = [
  [
    '[Content_Types].xml',
    `${declaration}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      '<Default Extension="xml" ContentType="application/xml"/>' +
      `<Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/>` +
      `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${types}.worksheet+xml"/></Types>`,
  ],
  [
    '_rels/.rels',
    `${declaration}<Relationships xmlns="${relationships}">` +
      `<Relationship Id="rId1" Type="${officeRelationships}/officeDocument" Target="xl/workbook.xml"/>` +
      '</Relationships>',
  ],
  [
    'xl/workbook.xml',
    `${declaration}<workbook xmlns="${main}" xmlns:r="${officeRelationships}">` +
      '<sheets><sheet name="Report" sheetId="1" r:id="rId1"/></sheets></workbook>',
  ],
  [
    'xl/_rels/workbook.xml.rels',
    `${declaration}<Relationships xmlns="${relationships}">` +
      `<Relationship Id="rId1" Type="${officeRelationships}/worksheet" Target="worksheets/sheet1.xml"/>` +
      '</Relationships>',
  ],
];

/**
 * A workbook with the table in its only sheet.
 *
 * @param size in rows, or by the size of the sheet
 */
export function xlsxBody(content: TableContent, size: TableSize): Body {
  const rows = tableBody(content, size, sheet);
  const entry = rows.bytes > mostDeflatedBytes ? stored : deflated;
  return zip([
    ...parts.map(([name, text]) => entry(name, wholeBody(text))),
    entry('xl/worksheets/sheet1.xml', rows),
  ]);
}

function row(cells: readonly Cell[]): string {
  return `<row>${cells.map(cell).join('')}</row>`;
}

function cell(content: Cell): string {
  return typeof content === 'number'
    ? `<c><v>${content}</v></c>`
    : `<c t="inlineStr"><is><t xml:space="preserve">${escape(content)}</t></is></c>`;
}

/** XML 1.0 has no way to write most control characters: they are left out. */
function escape(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('\r', '&#13;')
  );
}
