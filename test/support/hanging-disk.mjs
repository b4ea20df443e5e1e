/** For `NODE_OPTIONS=--import=…`: nothing reaches the disk of an engine any more once the file `HANGING_DISK` is there. */
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';

const FileHandle = await prototypeOfFiles();
const isEngine = process.argv[1]?.endsWith('main.js');

for (const name of ['datasync', 'sync']) {
  const reach = FileHandle[name];
  FileHandle[name] = function () {
    return isEngine && existsSync(process.env.HANGING_DISK) ? new Promise(() => {}) : reach.call(this);
  };
}

async function prototypeOfFiles() {
  const file = await open(new URL(import.meta.url));
  await file.close();
  return Object.getPrototypeOf(file);
}
