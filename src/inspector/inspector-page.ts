import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { EngineError } from '../errors.ts';

/** A file as a browser gets it. */
export interface PageFile {
  body: string;
  headers: Record<string, string>;
}

interface Site {
  page: PageFile;
  /** Changes with any of the assets; part of their paths, so that browsers may keep them for ever. */
  version: string;
  assets: ReadonlyMap<string, PageFile>;
}

/** Code from here, data from here, nothing else: no inline script, no frame around it, no form that leaves it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * A page of its own origin for HTML that agents draw: what is in it may run, and reaches neither the page around it nor any
 * other place; that page lets it go nowhere.
 */
const FRAME = 'frame.html';
const FRAME_POLICY = [
  'sandbox allow-scripts',
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  'media-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');
const FRAME_BODY = `<!doctype html>
<meta charset="utf-8">
<title>Drawn by an agent</title>
<script>
addEventListener('message', ({ source, data }) => {
  if (source !== parent) return;
  document.open();
  document.write(data);
  document.close();
}, { once: true });
</script>
`;

/** The page at `/inspect`: code only, read from the package when somebody first asks for it. */
export class InspectorPage {
  readonly #folder: string;
  #site: Site | undefined;

  /** `folder` is the package's. */
  constructor({ folder }: { folder: string }) {
    this.#folder = folder;
  }

  page(): PageFile {
    return this.#read().page;
  }

  /** @throws {EngineError} `NOT_FOUND`, also for an asset of another version. */
  asset(version: string, name: string): PageFile {
    const site = this.#read();
    const asset = version === site.version ? site.assets.get(name) : undefined;
    if (asset === undefined) throw new EngineError('NOT_FOUND');
    return asset;
  }

  #read(): Site {
    this.#site ??= readSite(this.#folder);
    return this.#site;
  }
}

function readSite(folder: string): Site {
  const bundle = join(folder, 'dist', 'src', 'inspector', 'page');
  const files = readdirSync(bundle).map((name) => [name, readFileSync(join(bundle, name), 'utf8')] as const);
  const version = createHash('sha256').update(files.flat().join('\0')).digest('hex').slice(0, 12);
  const assets = files.map(([name, body]) => [name, toAsset(body, TYPES[extname(name)] ?? '')] as const);
  return {
    page: toPage(`/inspect/${version}`),
    version,
    assets: new Map<string, PageFile>([...assets, [FRAME, toFrame()]]),
  };
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' };

function toAsset(body: string, type: string): PageFile {
  const kept = 'public, max-age=31536000, immutable';
  return { body, headers: { ...HEADERS, 'content-type': `${type};charset=UTF-8`, 'cache-control': kept } };
}

function toFrame(): PageFile {
  const { headers } = toAsset('', 'text/html');
  return { body: FRAME_BODY, headers: { ...headers, 'content-security-policy': FRAME_POLICY } };
}

/** A worker is bound by the policy of its own file. */
const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

function toPage(folder: string): PageFile {
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>Replicas engine</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${folder}/inspector.css">
<script type="module" src="${folder}/main.js"></script>
</head>
<body>
<div id="page"></div>
<noscript>The inspector is a page of scripts; everything it shows also stands in the HTTP API.</noscript>
</body>
</html>
`;
  const headers = { 'content-type': 'text/html;charset=UTF-8', 'cache-control': 'no-cache' };
  return { body, headers: { ...HEADERS, ...headers } };
}

const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Crect width=%2216%22 height=%2216%22 rx=%224%22 fill=%22%232563eb%22/%3E%3Ccircle cx=%225%22 cy=%228%22 r=%222%22 fill=%22white%22/%3E%3Ccircle cx=%2211%22 cy=%228%22 r=%222%22 fill=%22white%22/%3E%3C/svg%3E';
