import { expect, it } from 'vitest';
import { isWebUrl } from '../../src/contract/web-url.ts';

it.each([
  'https://github.com/acme/app/pull/1',
  'HTTPS://github.com/acme/app/pull/1',
  'http://localhost:8080/pull/1?x=1#top',
  'https://git.example.com/групa/pull/1',
])('%s may be a link', (url) => {
  expect(isWebUrl(url)).toBe(true);
});

it.each([
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  '\u0001javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://github.com/x',
  'ftp://github.com/x',
  '//github.com/acme',
  '/pull/1',
  '',
  'https://',
  'https:github.com/acme',
  ' https://github.com/acme',
  'https://github.com/ acme',
  'https://github.com/\u202Eacme',
  'https://github.com@evil.example/acme',
  'https://user:word@github.com/acme',
])('%j may not', (url) => {
  expect(isWebUrl(url)).toBe(false);
});
