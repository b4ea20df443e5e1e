/** A piece of what a terminal prints, with the classes of its look. */
export interface Piece {
  text: string;
  classes: string;
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

/** What sets how the text behind it looks. Anything else that steers a terminal stays as it is, to be seen. */
// oxlint-disable-next-line no-control-regex -- an escape is what begins one
const LOOK = /\u001B\[([\d;]*)m/g;

/** One of 256 or more colours, of letters or ground: they stay as they are. */
const RARE = /[34]8;.*$/;

/** A line in pieces, by the colours and weights that it asks for. What would hide a text is not done. */
export function toPieces(line: string): Piece[] {
  const parts = line.split(LOOK);
  let look: Look = PLAIN;
  const pieces = parts.map((part, index) => {
    if (index % 2 === 0) return { text: part, classes: [look.colour, look.weight].filter(Boolean).join(' ') };
    for (const code of part.replace(RARE, '').split(';')) look = after(look, Number(code));
    return null;
  });
  return pieces.filter((piece) => piece !== null && piece.text !== '') as Piece[];
}

interface Look {
  colour: string;
  weight: string;
}

const PLAIN: Look = { colour: '', weight: '' };

function after(look: Look, code: number): Look {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...look, weight: 'bold' };
  if (code === 22) return { ...look, weight: '' };
  if (code === 39) return { ...look, colour: '' };
  const colour = COLOURS[(code >= 90 ? code - 60 : code) - 30];
  return colour === undefined ? look : { ...look, colour: `ansi-${colour}` };
}
