/**
 * Builds `dist`: the engine with its commands, the client, and the page, each with the packages it needs. What is bundled
 * is listed with its licence in `dist/LICENSES.txt`.
 */
import { spawnSync } from 'node:child_process';
import { chmod, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform, type BuildOptions, type Metafile, type OutputFile, type Plugin } from 'esbuild';

/** What `yaml` offers is made when somebody reads such a file: there is none before the first answer. */
const YAML_WHEN_USED = `module.exports = {
  get parse() { return require('./public-api.js').parse; },
  get parseDocument() { return require('./public-api.js').parseDocument; },
  get Document() { return require('./doc/Document.js').Document; },
  get isMap() { return require('./nodes/identity.js').isMap; },
  get Lexer() { return require('./parse/lexer.js').Lexer; },
  get Parser() { return require('./parse/parser.js').Parser; },
};`;

/**
 * What packages bring for uses that are not ours, by file: messages of zod in sixty languages, while zod itself imports the
 * English ones; what listhen makes certificates, banners and QR codes with. All of it is loaded before the first answer.
 */
const EXTRAS: [file: RegExp, rest: string][] = [
  [/\/zod\/v4\/locales\/index\.js$/, 'export {};'],
  [/\/node-forge\/lib\/index\.js$/, 'export default {};'],
  [/\/consola\/dist\/index\.mjs$/, 'export const consola = console; export default console;'],
  [/\/consola\/dist\/utils\.mjs$/, 'export const colors = {}, getColor = () => String;'],
  [/\/yaml\/dist\/index\.js$/, YAML_WHEN_USED],
  [/\/uqr\/dist\/index\.mjs$/, 'export const renderUnicodeCompact = () => "";'],
];

const withoutExtras: Plugin = {
  name: 'without-extras',
  setup: (bundler) => {
    for (const [filter, contents] of EXTRAS) bundler.onLoad({ filter }, () => ({ contents }));
  },
};

const SPREAD_OPTIONS = /= \{\s*\.\.\.defaultOptions,\s*\.\.\.options\s*\}/;

/** Of what is spread often V8 makes an object with a shape of its own: three of each chat, which take a tenth of it. */
const actorsOfOneShape: Plugin = {
  name: 'actors-of-one-shape',
  setup: (bundler) => {
    bundler.onLoad({ filter: /\/xstate\/dist\/raise-\w+\.esm\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!SPREAD_OPTIONS.test(text)) throw new Error(`${path} makes actors in another way now.`);
      return { contents: text.replace(SPREAD_OPTIONS, '= Object.assign({}, defaultOptions, options)') };
    });
  },
};

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));

/** A namespace that is imported by its name is bundled whole; of one that is imported as such only what is used. */
const zodInParts: Plugin = {
  name: 'zod-in-parts',
  setup: (bundler) => {
    bundler.onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
      if (!path.startsWith(SOURCES)) return undefined;
      const text = await readFile(path, 'utf8');
      const contents = text.replace(/^import \{ z \} from 'zod';$/m, "import * as z from 'zod';");
      return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
};

const plugins = [withoutExtras, zodInParts, actorsOfOneShape];

const shared: BuildOptions = {
  bundle: true,
  format: 'esm',
  target: 'node20.19',
  outbase: 'src',
  outdir: 'dist/src',
  // Code that is half as long is read in less time and kept in less memory. Names stay, and the maps have the rest.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 200, // of an error that nobody catches Node prints the whole line
  sourcemap: true,
  metafile: true,
  plugins,
  logLevel: 'warning',
};

/** What packages of the older module system find in Node: a way to load others. */
const REQUIRE = `import { createRequire as createLoader } from 'node:module';
const require = createLoader(import.meta.url);`;

/** What `program.ts` loads instead of the engine. */
const BESIDE_THE_ENGINE = ['cli/run-program', 'dev/dev', 'engine/workspace-file'];

/**
 * Modules that several entries share are cut into as many files as there are ways to share them, each of which takes a
 * start its time. The commands have them once more for themselves.
 */
const apartFromCommands: Plugin = {
  name: 'apart-from-commands',
  setup: (bundler) => {
    for (const path of BESIDE_THE_ENGINE) {
      const filter = new RegExp(`^\\./${path}\\.ts$`);
      bundler.onResolve({ filter }, () => ({ path: `./${basename(path)}.js`, external: true }));
    }
  },
};

const program: BuildOptions = {
  ...shared,
  platform: 'node',
  splitting: true,
  chunkNames: '[name]-[hash]',
  banner: { js: REQUIRE },
  external: ['@statelyai/inspect'],
};

const engine: BuildOptions = {
  ...program,
  entryPoints: ['src/program.ts'],
  plugins: [...plugins, apartFromCommands],
  banner: {},
  define: { 'import.meta.dirname': '__dirname' },
  outExtension: { '.js': '.cjs' },
  sourcemap: 'inline',
  write: false,
};

const parts: BuildOptions[] = [
  { ...shared, entryPoints: ['src/main.ts'], platform: 'node' },
  { ...program, entryPoints: BESIDE_THE_ENGINE.map((path) => `src/${path}.ts`), entryNames: '[name]' },
  { ...shared, entryPoints: ['src/fleet/fleet.ts'], platform: 'node', banner: { js: REQUIRE } },
  {
    ...shared,
    entryPoints: ['src/client/client.ts'],
    platform: 'neutral',
    mainFields: ['module', 'main'],
    minifyWhitespace: true,
    minifySyntax: true,
  },
  {
    ...shared,
    entryPoints: ['main.tsx', 'feed-worker.ts', 'layout-worker.ts', 'inspector.css'].map(
      (name) => `src/inspector/page/${name}`,
    ),
    splitting: true,
    chunkNames: 'inspector/page/[name]-[hash]',
    sourcemap: false,
    platform: 'browser',
    target: 'es2023',
    minify: true,
  },
];

await rm('dist', { recursive: true, force: true });
const [{ outputFiles = [], ...built }, ...results] = await Promise.all(
  [engine, ...parts].map((part) => build(part)),
);
await Promise.all(outputFiles.map(writeAsScript));
await chmod('dist/src/main.js', 0o755);
keepCode();
await writeFile('dist/LICENSES.txt', await listLicences([built, ...results].map(({ metafile }) => metafile)));

/** With nothing of this environment, which may name a shared log. Where no engine can run, each start makes its code anew. */
function keepCode(): void {
  const program = [...process.execArgv, '.build/keep-code.ts'];
  const { status } = spawnSync(process.execPath, program, {
    env: { PATH: process.env['PATH'] },
    stdio: 'inherit',
  });
  if (status !== 0)
    console.warn('An engine does not start here: the first start of what was built will take longer.');
}

/** Node keeps what V8 made of scripts, not of modules. What is beyond ASCII, in patterns, would make a text twice as large. */
async function writeAsScript({ path, text }: OutputFile): Promise<void> {
  const { code, map } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    minifyWhitespace: true,
    lineLimit: 200,
    supported: { 'dynamic-import': false },
    sourcemap: 'external',
    sourcefile: basename(path),
  });
  const escaped = code.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  await writeFile(path, `${escaped}//# sourceMappingURL=${basename(path)}.map\n`);
  await writeFile(`${path}.map`, map);
}

async function listLicences(metafiles: (Metafile | undefined)[]): Promise<string> {
  const files = metafiles.flatMap((metafile) => Object.keys(metafile?.inputs ?? {}));
  const folders = new Set(
    files.flatMap((file) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  const texts = await Promise.all([...folders].toSorted().map(describePackage));
  return texts.join('\n');
}

async function describePackage(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : `\n${await readFile(`${folder}/${file}`, 'utf8')}`;
  return `# ${name} ${version} (${license})\n${text}`;
}
