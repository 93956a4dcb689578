// The same rules; what the others ignore, this folder, is looked at from here, where its own types resolve.
export { default } from '../../eslint.config.js';
