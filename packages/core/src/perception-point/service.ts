import type { Service } from '../service.ts';

export const perceptionPoint: Service = { id: 'perception-point', name: 'Perception Point' };
