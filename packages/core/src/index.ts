export { type Verdict, worstVerdict } from './verdict.ts';
