// What `n8n-node lint` looks by, as it comes.
export { config as default } from '@n8n/node-cli/eslint';
