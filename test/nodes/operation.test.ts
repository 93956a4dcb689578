import type { INodeProperties, INodeType } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { DigicertReports } from '../../nodes/DigicertReports/DigicertReports.node.ts';
import { DigicertReportsTrigger } from '../../nodes/DigicertReports/DigicertReportsTrigger.node.ts';
import { PerceptionPoint } from '../../nodes/PerceptionPoint/PerceptionPoint.node.ts';
import { PerceptionPointTrigger } from '../../nodes/PerceptionPoint/PerceptionPointTrigger.node.ts';
import { SpectraAnalyze } from '../../nodes/SpectraAnalyze/SpectraAnalyze.node.ts';

/** The fields of an operation, as a user sees them one below the other. */
function fieldsOf({ description }: INodeType, operation: string): readonly INodeProperties[] {
  return description.properties.filter(({ displayOptions }) =>
    displayOptions?.show?.['operation']?.includes(operation),
  );
}

const namesOf = (node: INodeType, operation: string): readonly string[] =>
  fieldsOf(node, operation).map(({ name }) => name);

describe('the fields of an operation', () => {
  test('of a run of a report are those that a person fills in one after the other', () => {
    expect(namesOf(new DigicertReports(), 'download')).toEqual([
      'reportIdentifier',
      'reportRunIdentifier',
      'reportFormat',
      'outputBinaryField',
      'options',
    ]);
  });

  test('of a new run begin with whether to wait for it', () => {
    expect(namesOf(new DigicertReports(), 'run')).toEqual([
      'reportIdentifier',
      'download',
      'reportFormat',
      'outputBinaryField',
      'options',
    ]);
  });

  test('of a scan with callback begin with what a user needs to know', () => {
    expect(namesOf(new PerceptionPoint(), 'scanWithCallback')[0]).toBe('callbackNotice');
  });

  test.each([
    ['digicertReports', new DigicertReports()],
    ['perceptionPoint', new PerceptionPoint()],
    ['spectraAnalyze', new SpectraAnalyze()],
  ] as const)('of %s end with the options, after the output field', (_name, node) => {
    const operations = node.description.properties
      .filter(({ name }) => name === 'operation')
      .flatMap(({ options = [] }) => options.map((option) => (option as { value: string }).value));
    for (const operation of operations) {
      const names = namesOf(node, operation);
      expect(names.at(-1), operation).toBe('options');
      if (names.includes('outputBinaryField')) expect(names.at(-2), operation).toBe('outputBinaryField');
    }
  });
});

test.each([new DigicertReportsTrigger(), new PerceptionPointTrigger()])(
  'the notice of $description.displayName stands before the fields',
  ({ description }) => {
    expect(description.properties[0]?.type).toBe('notice');
  },
);
