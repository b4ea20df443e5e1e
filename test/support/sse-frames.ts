/** One frame of `text/event-stream`; a field that it does not carry is null. */
export interface Frame {
  id: string | null;
  event: string | null;
  data: string | null;
}

/** Cuts server-sent events into frames; comments are left out. Returns the frames that `text` completes. */
export function createFrameParser(): (text: string) => Frame[] {
  let rest = '';
  return (text) => {
    const parts = (rest + text).split('\n\n');
    rest = parts.pop() ?? '';
    return parts.map(parseFrame);
  };
}

function parseFrame(text: string): Frame {
  const fields = new Map(text.split('\n').map(splitField));
  return {
    id: fields.get('id') ?? null,
    event: fields.get('event') ?? null,
    data: fields.get('data') ?? null,
  };
}

function splitField(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
}
