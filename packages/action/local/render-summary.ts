const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/**
 * Shows the HTML of a step's summary as text. A row of its table becomes lines, since it is wider than a terminal: the
 * first cell alone, and below it each other cell that has something in it, with the name of its column.
 */
export function renderSummary(html: string): string {
  return html
    .replace(/\n/g, '')
    .replace(/<br>/g, ', ')
    .replace(/<table>(.*?)<\/table>/g, (_, rows: string) => renderTable(rows))
    .replace(/<\/h\d>/g, '\n\n')
    .replace(/<li>/g, '- ')
    .replace(/<\/(?:li|p)>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&(\w+);/g, (entity, name: string) => entities[name] ?? entity)
    .trim();
}

function renderTable(html: string): string {
  const [columns = [], ...rows] = [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[dh]>(.*?)<\/t[dh]>/g)].map(([, cell = '']) => cell),
  );
  const width = Math.max(0, ...columns.map((name) => name.length));
  return rows
    .map(([subject = '', ...cells]) => {
      const lines = cells.map((cell, index) => [columns[index + 1] ?? '', cell] as const);
      const told = lines.filter(([, cell]) => cell !== '');
      return [subject, ...told.map(([name, cell]) => `  ${name.padEnd(width)}  ${cell}`)].join('\n') + '\n\n';
    })
    .join('');
}
