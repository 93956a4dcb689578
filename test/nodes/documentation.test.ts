import { readFile } from 'node:fs/promises';
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions, INodeType } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { DigicertApi } from '../../credentials/DigicertApi.credentials.ts';
import { PerceptionPointApi } from '../../credentials/PerceptionPointApi.credentials.ts';
import { SpectraAnalyzeApi } from '../../credentials/SpectraAnalyzeApi.credentials.ts';
import { DigicertReports } from '../../nodes/DigicertReports/DigicertReports.node.ts';
import { DigicertReportsTrigger } from '../../nodes/DigicertReports/DigicertReportsTrigger.node.ts';
import { PerceptionPoint } from '../../nodes/PerceptionPoint/PerceptionPoint.node.ts';
import { PerceptionPointTrigger } from '../../nodes/PerceptionPoint/PerceptionPointTrigger.node.ts';
import { SpectraAnalyze } from '../../nodes/SpectraAnalyze/SpectraAnalyze.node.ts';

const text = await readFile(new URL('../../docs/n8n.md', import.meta.url), 'utf8');
const guide = text.replace(/\s+/g, ' ');

const nodes: readonly INodeType[] = [
  new DigicertReports(),
  new DigicertReportsTrigger(),
  new PerceptionPoint(),
  new PerceptionPointTrigger(),
  new SpectraAnalyze(),
];

/** What people see of a property: its own name, and those of the operations, sources and options in it. */
function namesIn({ displayName, type, options = [] }: INodeProperties): readonly string[] {
  if (type === 'notice') return [];
  const isNamed = displayName === 'Operation' || displayName === 'Resource' || displayName === 'Input Source';
  const inner = (options as readonly (INodeProperties | INodePropertyOptions | INodePropertyCollection)[])
    .map((option) => ('displayName' in option ? option.displayName : isNamed ? option.name : undefined))
    .filter((name) => name !== undefined);
  return [displayName, ...inner];
}

describe.each(nodes.map(({ description }) => description))('the guide to $displayName', (description) => {
  const names = [...new Set(description.properties.flatMap(namesIn))].filter(
    (name) => name !== 'Operation' && name !== 'Resource' && name !== 'Header',
  );
  test.each([description.displayName, ...names])('names "%s"', (name) => {
    expect(guide).toContain(name);
  });
});

describe.each([new DigicertApi(), new PerceptionPointApi(), new SpectraAnalyzeApi()])(
  'the guide to the credential $displayName',
  ({ displayName, properties }) => {
    test.each([displayName, ...properties.map((property) => property.displayName)])('names "%s"', (name) => {
      expect(guide).toContain(name.replace(' (Insecure)', ''));
    });
  },
);
