const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** Shows the HTML of a step's summary as text: a line for each row of its table, each item and each paragraph. */
export function renderSummary(html: string): string {
  return html
    .replace(/\n/g, '')
    .replace(/<\/t[dh]>(?=<t[dh]>)/g, ' | ')
    .replace(/<li>/g, '- ')
    .replace(/<\/(?:tr|li|p|h\d)>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&(\w+);/g, (entity, name: string) => entities[name] ?? entity)
    .trim();
}
