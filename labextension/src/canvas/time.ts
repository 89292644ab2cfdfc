/** Instants as people read them: relative to now, and in full with their zone. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The time zone if the browser knows it, else UTC. */
export function knownZone(zone: string | undefined): string {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

function parts(iso: string, zone: string | undefined): Record<string, string> | null {
  const instant = Date.parse(iso);
  if (Number.isNaN(instant)) {
    return null;
  }
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: knownZone(zone),
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23'
  });
  return Object.fromEntries(format.formatToParts(instant).map(part => [part.type, part.value]));
}

/** "Mon 23 Nov, 09:00", the date and time in a zone; the text itself where it is no instant. */
export function dayAndTime(iso: string, zone?: string): string {
  const part = parts(iso, zone);
  return part ? `${part.weekday} ${part.day} ${part.month}, ${part.hour}:${part.minute}` : iso;
}

/** "Mon 23 Nov 2026, 09:00 (Europe/Paris)", nothing left out. */
export function inFull(iso: string, zone?: string): string {
  const part = parts(iso, zone);
  return part
    ? `${part.weekday} ${part.day} ${part.month} ${part.year}, ${part.hour}:${part.minute} (${knownZone(zone)})`
    : iso;
}

function amount(distance: number): string {
  const minutes = Math.max(1, Math.round(distance / MINUTE));
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    return `${hours} h`;
  }
  const days = Math.floor(hours / 24);
  return days === 1 ? '1 day' : `${days} days`;
}

/** "in 5 min", "in 3 h", "2 days ago", "now"; a date from three weeks on. */
export function relative(iso: string, now: number, zone?: string): string {
  const instant = Date.parse(iso);
  if (Number.isNaN(instant)) {
    return iso;
  }
  const distance = Math.abs(instant - now);
  if (distance < MINUTE / 2) {
    return 'now';
  }
  if (distance > 21 * DAY) {
    const part = parts(iso, zone);
    return part ? `${part.day} ${part.month} ${part.year}` : iso;
  }
  return instant > now ? `in ${amount(distance)}` : `${amount(distance)} ago`;
}

/** As short as it can be said: "09:00" today, "Mon 09:00" this week, else "23 Nov". */
export function brief(iso: string, now: number, zone?: string): string {
  const part = parts(iso, zone);
  const today = parts(new Date(now).toISOString(), zone);
  if (!part || !today) {
    return iso;
  }
  const sameDay = part.day === today.day && part.month === today.month && part.year === today.year;
  if (sameDay) {
    return `${part.hour}:${part.minute}`;
  }
  const soon = Math.abs(Date.parse(iso) - now) < 6 * DAY;
  return soon ? `${part.weekday} ${part.hour}:${part.minute}` : `${part.day} ${part.month}`;
}
