/** How the report writes dates, counts and lists. */
import { missing } from '../../show/format';

/** A date and time in this machine's time zone: 25 November 2026, 16:49. */
export function timeText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return missing;
  return `${dayText(date)}, ${date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`;
}

/** The days from one time to another; a single day if they are the same. */
export function spanText(from: string, to: string): string {
  const days = new Set([from, to].map((iso) => dayText(new Date(iso))));
  return [...days].join(' to ');
}

function dayText(date: Date): string {
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}

/** `1 seed`, `3 seeds`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}
