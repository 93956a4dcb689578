import type { Service } from '../service.ts';

export const digicert: Service = { id: 'digicert', name: 'DigiCert CertCentral' };
