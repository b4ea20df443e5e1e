/** The `ref` of a field that has the focus once it is there; one function, so that it does not take it again when it is redrawn. */
export function takeFocus(field: HTMLElement | null): void {
  field?.focus();
}

/** Whoever writes keeps the focus. */
export function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}
