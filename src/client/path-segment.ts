/**
 * One part of a path, encoded. `.` and `..` cannot be: whoever parses the URL takes them for folders, encoded or not, so
 * that the call would reach another route.
 * @throws {TypeError} for these two.
 */
export function pathSegment(text: string): string {
  if (text === '.' || text === '..') throw new TypeError(`"${text}" cannot be part of a path.`);
  return encodeURIComponent(text);
}
