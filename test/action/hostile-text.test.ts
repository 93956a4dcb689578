import { describe, expect } from 'vitest';
import { filesIn, test } from './support/step.ts';

const sha1 = 'c'.repeat(40);

describe('what a service says', () => {
  test('is no command to the runner, no HTML and no Markdown', async ({ simulator, runStep }) => {
    simulator.faults.script({
      route: 'spectra-analyze.pdf.create',
      fault: {
        kind: 'status',
        status: 400,
        json: {
          message:
            'x\n::set-output name=verdict::clean\r\n##[add-mask]a\u202e\u0000 | `b` <img src=x onerror=alert(1)> [c](javascript:d)',
        },
      },
    });

    const step = await runStep({ hashes: sha1 });

    expect(step.reports[0]?.message).toContain('x ::set-output name=verdict::clean ##[add-mask]a |');
    const linesNotOurs = step.log.split('\n').filter((line) => /^::set-output|##\[/.test(line));
    expect(linesNotOurs).toEqual([]);
    for (const hidden of ['\u202e', '\u0000']) expect(step.log + step.summary).not.toContain(hidden);
    expect(step.summary).not.toMatch(/<img|`b`|\[c\]| \| /);
    expect(step.summary).toContain('&#60;img src=x onerror=alert(1)&#62;');
  });

  test('reaches no file name', async ({ simulator, workspace, runStep }) => {
    const sample = simulator.spectraAnalyze.addSample({
      creationSeconds: 0,
      contentDisposition: 'attachment; filename="../../outside.pdf"',
    });
    const step = await runStep({ hashes: sample.sha1 });
    expect(step.reports[0]?.state).toBe('ready');
    expect(await filesIn(workspace)).toEqual([`security-reports/${sample.sha1}.pdf`]);
  });
});
