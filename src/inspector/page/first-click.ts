/** For a list whose entries go: the second click of two is none at whatever stands there by then. */
export function onlyFirstClick(event: MouseEvent): void {
  if (event.detail > 1) event.stopPropagation();
}
