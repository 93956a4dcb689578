import { expect, test } from 'vitest';
import { explainFailure, readFailure } from '../src/publish/artifact-failure.ts';

// Only what a test over sockets cannot show: the client takes half a minute to give up on a failing service.
test('a service that failed five times is told from one that refuses', () => {
  const failure = readFailure(
    new Error(
      'Failed to CreateArtifact: Failed to make request after 5 attempts: Failed request: (503) Service Unavailable',
    ),
  );

  expect(failure.kind).toBe('unavailable');
  expect(explainFailure(failure, 'reports', true)).toMatch(
    /"reports" was not attached: .*failed again and again\. See https:\/\/www\.githubstatus\.com.*\(503\)/u,
  );
});
