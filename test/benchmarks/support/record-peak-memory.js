// Preloaded into a process whose memory is measured. In JavaScript, since stripping types takes memory of its own.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

process.on('exit', () => {
  writeFileSync(process.env.PEAK_MEMORY_FILE, String(peakBytes()));
});

/** On Linux `maxRSS` begins with the size of the process that started this one; elsewhere it is this one's own. */
function peakBytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(kibibytes) * 1024;
}
