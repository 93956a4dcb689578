import { setFlagsFromString } from 'node:v8';

// A file that streams through leaves its buffers behind. V8 frees those only when it clears the young generation, which
// it lets grow meanwhile: up to 64 MB of them would wait. Kept at its first size, it is cleared more often, which is
// quick, since hardly anything in it is alive. Node has no option for this that a running process could set.
setFlagsFromString('--semi-space-growth-factor=1');
