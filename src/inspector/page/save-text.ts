/** Hands a text to the person as a file. */
export function saveText(text: string, name = 'text.txt'): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser may only begin to read it behind this task.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
