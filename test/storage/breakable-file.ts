import { onTestFinished } from 'vitest';
import { openLogFile, type LogFile, type OpenLogFile } from '../../src/storage/log-file.ts';

/** A real file whose disk can be made to fail. `room` is how many bytes the disk still takes. */
export interface Disk {
  room: number;
  writeError: Error | null;
  syncError: Error | null;
  truncateError: Error | null;
  syncs: number;
  readonly open: OpenLogFile;
}

export function createDisk(): Disk {
  const disk: Disk = {
    room: Infinity,
    writeError: null,
    syncError: null,
    truncateError: null,
    syncs: 0,
    open: async (path) => {
      const file = await openLogFile(path);
      onTestFinished(() => file.close());
      return onDisk(file, disk);
    },
  };
  return disk;
}

function onDisk(file: LogFile, disk: Disk): LogFile {
  return {
    ...file,
    write: async (bytes, position) => {
      if (disk.writeError !== null) throw disk.writeError;
      const fits = Math.min(bytes.length, disk.room);
      if (fits === 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      disk.room -= fits;
      return file.write(bytes.subarray(0, fits), position);
    },
    truncate: async (length) => {
      if (disk.truncateError !== null) throw disk.truncateError;
      await file.truncate(length);
    },
    datasync: async () => {
      if (disk.syncError !== null) throw disk.syncError;
      disk.syncs += 1;
      await file.datasync();
    },
  };
}
