// The smallest agent there is: says what it hears, one line each, and forgets nothing as long as it lives.
import { createInterface } from 'node:readline';

const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
let working = null;

print({ hello: process.argv[2] ?? `session-${process.pid}` });
for await (const line of createInterface({ input: process.stdin })) {
  const { say, stop, ask } = JSON.parse(line);
  if (ask !== undefined) print({ answered: ask });
  if (stop === true && working !== null) print({ ended: working, how: 'interrupted' });
  if (stop === true) working = null;
  if (say === undefined) continue;
  working = say.id;
  print({ heard: say.id, text: say.text });
  if (say.text === 'wait') continue;
  print({ said: say.text });
  print({ ended: say.id, how: 'completed' });
  working = null;
}
