/** Text of a program never acts on the terminal: its controls but tabs and newlines are shown as what they are. */
export function visible(text: string): string {
  return text.replaceAll(/(?![\t\n])\p{Cc}/gu, (control) =>
    control < ' ' ? String.fromCharCode(0x24_00 + control.charCodeAt(0)) : '�',
  );
}
