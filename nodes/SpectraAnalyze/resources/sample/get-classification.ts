import { spectraAnalyze } from '@security-reports/core';
import { concurrency, includeRaw, optionsOf, timeout, waitOptionsOf } from '../../../shared/descriptions.ts';
import type { Operation } from '../../../shared/operation.ts';
import { reportJson } from '../../../shared/report-json.ts';
import type { SpectraAnalyzeSession } from '../../session.ts';
import { hash, hashOf } from '../hash.ts';

export const getClassification: Operation<SpectraAnalyzeSession> = {
  name: 'Get Classification',
  value: 'getClassification',
  action: 'Get the classification of a sample',
  description: 'Get the verdict of the appliance on a sample, without asking its cloud',
  fields: [hash, optionsOf(timeout, concurrency, includeRaw)],
  run: async (context) => {
    const subject = hashOf(context);
    const { client } = context.session;
    const { verdict, classification, riskScore, threatName, answer } = await client.getClassification(
      subject,
      waitOptionsOf(context),
    );
    const raw = context.parameters.within('options').flag(includeRaw) ? answer : undefined;
    const about = { service: spectraAnalyze.id, subject, state: 'ready' } as const;
    return [{ json: reportJson({ ...about, verdict, classification, riskScore, threatName, raw }) }];
  },
};
