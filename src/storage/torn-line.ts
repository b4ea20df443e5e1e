/** Whether a text begins as the example does, or is the beginning of that; a `0` in it stands for any hexadecimal digit. */
export function beginsAs(text: string, example: string): boolean {
  return text
    .slice(0, example.length)
    .split('')
    .every((character, at) =>
      example[at] === '0' ? HEXADECIMAL.test(character) : character === example[at],
    );
}

const HEXADECIMAL = /[0-9a-f]/;
