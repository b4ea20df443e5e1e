import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../errors.ts';
import { nameOf, readModuleGraph } from './module-graph.ts';

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

/** What modules of the page may import. */
const PACKAGES = ['preact', 'preact/hooks', 'preact/jsx-runtime', 'zod', 'eventsource-parser'];

/** Messages of zod in sixty languages, which nobody reads here. */
const EMPTY = [/^zod\.v4\.locales\.index\.js$/];

/** Code from here, data from here, nothing else: no inline script, no frame around it, no form that leaves it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

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
  const entry = join(folder, 'dist', 'src', 'inspector', 'page', 'main.js');
  const modules = readModuleGraph({ entry, packages: locatePackages(), empty: EMPTY });
  const style = readFileSync(join(folder, 'src', 'inspector', 'page', 'inspector.css'), 'utf8');
  const version = createHash('sha256')
    .update([style, ...modules.values()].join('\0'))
    .digest('hex')
    .slice(0, 12);
  const scripts = [...modules].map(([name, code]) => [name, toAsset(code, 'text/javascript')] as const);
  const page = toPage({ folder: `/inspect/${version}`, entry: nameOf(entry), modules: [...modules.keys()] });
  return { page, version, assets: new Map([['inspector.css', toAsset(style, 'text/css')], ...scripts]) };
}

/** The file a browser gets for each package. */
function locatePackages(): Record<string, string> {
  const located = PACKAGES.map((name) => [name, fileURLToPath(import.meta.resolve(name))]);
  return Object.fromEntries(located);
}

function toAsset(body: string, type: string): PageFile {
  const kept = 'public, max-age=31536000, immutable';
  return { body, headers: { ...HEADERS, 'content-type': `${type};charset=UTF-8`, 'cache-control': kept } };
}

const HEADERS = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

function toPage({ folder, entry, modules }: { folder: string; entry: string; modules: string[] }): PageFile {
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>Replicas engine</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${folder}/inspector.css">
${modules.map((name) => `<link rel="modulepreload" href="${folder}/${name}">`).join('\n')}
<script type="module" src="${folder}/${entry}"></script>
</head>
<body>
<div id="page"></div>
<noscript>The inspector is a page of scripts; everything it shows also stands in the HTTP API.</noscript>
</body>
</html>
`;
  const headers = {
    'content-type': 'text/html;charset=UTF-8',
    'content-security-policy': POLICY,
    'cache-control': 'no-cache',
  };
  return { body, headers: { ...HEADERS, ...headers } };
}

const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Crect width=%2216%22 height=%2216%22 rx=%224%22 fill=%22%232563eb%22/%3E%3Ccircle cx=%225%22 cy=%228%22 r=%222%22 fill=%22white%22/%3E%3Ccircle cx=%2211%22 cy=%228%22 r=%222%22 fill=%22white%22/%3E%3C/svg%3E';
