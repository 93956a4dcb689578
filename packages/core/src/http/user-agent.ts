/** What all requests call themselves: the product and its version, which a test holds equal to that of the package. */
export const userAgent = 'security-reports/0.1.0';
