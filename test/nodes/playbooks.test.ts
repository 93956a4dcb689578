import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { malwareMarker } from '@security-reports/simulator';
import {
  type IConnections,
  type INode,
  type INodeParameters,
  type INodeProperties,
  type INodePropertyOptions,
  type INodeTypeDescription,
  NodeHelpers,
} from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { DigicertReports } from '../../nodes/DigicertReports/DigicertReports.node.ts';
import { DigicertReportsTrigger } from '../../nodes/DigicertReports/DigicertReportsTrigger.node.ts';
import { PerceptionPoint } from '../../nodes/PerceptionPoint/PerceptionPoint.node.ts';
import { PerceptionPointTrigger } from '../../nodes/PerceptionPoint/PerceptionPointTrigger.node.ts';
import { SpectraAnalyze } from '../../nodes/SpectraAnalyze/SpectraAnalyze.node.ts';
import { readyMadeSamples } from '../../packages/simulator/src/spectra-analyze/ready-made-samples.ts';

interface Playbook {
  readonly id: string;
  readonly name: string;
  readonly nodes: readonly INode[];
  readonly connections: IConnections;
}

const folder = fileURLToPath(new URL('../../examples/n8n', import.meta.url));
const packageName = 'n8n-nodes-security-reports';
const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));

const nodes = [
  SpectraAnalyze,
  PerceptionPoint,
  PerceptionPointTrigger,
  DigicertReports,
  DigicertReportsTrigger,
];
const descriptions = new Map(
  nodes.map((Node) => new Node().description).flatMap((description) => variantsOf(description)),
);

describe.each(files)('%s', async (file) => {
  const text = await readFile(join(folder, file), 'utf8');
  const playbook = JSON.parse(text) as Playbook;
  const own = playbook.nodes.filter(({ type }) => type.startsWith(`${packageName}.`));
  const notes = playbook.nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');

  it('uses nodes of the package, in versions that they have', () => {
    expect(own).not.toEqual([]);
    for (const { name, type, typeVersion } of own)
      expect(descriptions.get(type)?.version, name).toBe(typeVersion);
  });

  it('sets only fields that their operation shows, to values that they can have', () => {
    expect(own.flatMap(problemsOf)).toEqual([]);
  });

  it('leaves no required field of them empty', () => {
    for (const node of own) {
      const description = descriptionOf(node);
      const complete = { ...node, parameters: withDefaults(node) };
      expect(NodeHelpers.getNodeParametersIssues(description.properties, complete, description)).toBeNull();
    }
  });

  it('connects each of its nodes, and nothing else', () => {
    const ends = Object.values(playbook.connections).flatMap((outputs) =>
      Object.values(outputs).flatMap((output) => output.flatMap((inputs) => inputs ?? [])),
    );
    const connected = new Set([...Object.keys(playbook.connections), ...ends.map(({ node }) => node)]);
    const names = playbook.nodes.filter((node) => !notes.includes(node)).map(({ name }) => name);
    expect([...connected].toSorted()).toEqual(names.toSorted());
  });

  it('has a note of what it does, what to set, and how to try it', () => {
    const contents = notes.map(({ parameters }) => parameters['content']);
    expect(contents).toEqual([
      expect.stringMatching(/^## .+\n[^]*\*\*Set\*\*[^]*\*\*Try it\*\*[^]*`npx -y pnpm@12 simulator`/),
    ]);
  });

  it('carries nothing of the n8n that it was made in', () => {
    expect(playbook).toEqual({
      // Without one, n8n's command line does not import it.
      id: basename(file, '.json'),
      name: expect.any(String) as string,
      nodes: expect.any(Array) as unknown[],
      connections: expect.any(Object) as object,
      settings: expect.any(Object) as object,
      pinData: {},
    });
    expect(playbook.nodes.filter((node) => 'credentials' in node)).toEqual([]);
    expect(text).not.toMatch(/"(?:token|apiKey|password|secret|authorization)"/i);
  });
});

it('come with a file that both simulated services know as malware', async () => {
  const file = await readFile(join(folder, 'malicious-sample.txt'), 'utf8');
  const [malicious] = readyMadeSamples.filter(({ sample }) => sample.classification === 'malicious');
  expect(malicious?.sample.content).toBe(file);
  expect(malicious?.shows).toContain('examples/n8n/malicious-sample.txt');
  expect(file).toContain(malwareMarker);
});

it('are all in the table of the README', async () => {
  const readme = await readFile(join(folder, 'README.md'), 'utf8');
  expect(files.filter((file) => !readme.includes(`](${file})`))).toEqual([]);
});

/** By their types: a node, and what n8n makes of it: a tool for AI agents, a trigger with times to poll at. */
function variantsOf(description: INodeTypeDescription): [string, INodeTypeDescription][] {
  const type = `${packageName}.${description.name}`;
  const field = (name: string): INodeProperties => ({ displayName: name, name, type: 'json', default: '' });
  const withFields = (...names: string[]): INodeTypeDescription => ({
    ...description,
    properties: [...names.map(field), ...description.properties],
  });
  if (description.polling === true) return [[type, withFields('pollTimes')]];
  if (description.usableAsTool === undefined) return [[type, description]];
  return [
    [type, description],
    [`${type}Tool`, withFields('descriptionType', 'toolDescription')],
  ];
}

function descriptionOf({ type }: INode): INodeTypeDescription {
  const description = descriptions.get(type);
  if (description === undefined) throw new TypeError(`the package has no node ${type}`);
  return description;
}

function withDefaults(node: INode): INodeParameters {
  const description = descriptionOf(node);
  const { properties } = description;
  return NodeHelpers.getNodeParameters(properties, node.parameters, true, false, node, description) ?? {};
}

function problemsOf(node: INode): string[] {
  const description = descriptionOf(node);
  const all = withDefaults(node);
  const shown = description.properties.filter((property) =>
    NodeHelpers.displayParameter(all, property, node, description),
  );
  return problemsIn(node.parameters, shown).map((problem) => `${node.name}: ${problem}`);
}

function problemsIn(values: INodeParameters, properties: readonly INodeProperties[]): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const property = properties.find((one) => one.name === name);
    if (property === undefined) return [`there is no field ${name}`];
    if (property.type === 'collection') {
      return problemsIn(value as INodeParameters, property.options as INodeProperties[]);
    }
    if (property.type !== 'options' && property.type !== 'multiOptions') return [];
    const offered = (property.options as INodePropertyOptions[]).map((option) => option.value);
    const chosen = [value].flat() as INodePropertyOptions['value'][];
    return chosen.filter((one) => !offered.includes(one)).map((one) => `${name} cannot be ${String(one)}`);
  });
}
