/** Brings the reader to what was opened, unless tabs are being gone through by the keyboard. */
export function goTo(heading: HTMLElement): boolean {
  if (document.activeElement?.getAttribute('role') === 'tab') return false;
  heading.focus();
  return true;
}

/** To the beginning of a tab that was opened from within another. */
export function goToPanel(): void {
  document.getElementById('panel')!.focus();
}
