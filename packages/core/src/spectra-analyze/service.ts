import type { Service } from '../service.ts';

export const spectraAnalyze: Service = { id: 'spectra-analyze', name: 'Spectra Analyze' };
